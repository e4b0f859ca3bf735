/** TLS as an operator has it: a certificate with its key, renewed while leases are held, and a pair that cannot be used never takes the place of one that can. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { HEADERS_TIMEOUT_MS } from '../../service/src/http/limits.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { OwnAuthority } from '../support/own-certificates.ts';
import { RawHttp } from '../support/raw-http.ts';
import { RunMain } from '../support/run-main.ts';
import { spawnHolders } from '../support/holder/spawn-holder.ts';
import { until } from '../support/until.ts';

const authority = new OwnAuthority(t);

/** The name in the certificate that a new connection is shown. */
const nameShown = async (port: number): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return String(socket.getPeerCertificate().subject['CN']);
  } finally {
    socket.destroy();
  }
};

const put = (folder: string, { certFile, keyFile }: ReturnType<OwnAuthority['sign']>): { cert: string; key: string } => {
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  copyFileSync(certFile, cert);
  copyFileSync(keyFile, key);
  return { cert, key };
};

const started = async (t: Test, folder: string, files: { cert: string; key: string }, more: Record<string, string> = {}): Promise<RunMain> => {
  const run = new RunMain(t, ['--tls-cert', files.cert, '--tls-key', files.key], { HOLDFAST_PORT: '0', HOLDFAST_STORE: `file:${join(folder, 'holdfast.db')}`, ...more });
  await until('it listens', () => run.stdout.includes('Health'));
  return run;
};

t.test('a gateway holds its lease through a new certificate', async (t) => {
  const folder = t.testdir({});
  const files = put(folder, authority.sign());
  const run = await started(t, folder, files);
  const [, port = '0'] = /https:\/\/127\.0\.0\.1:(\d+)\/v1/.exec(run.stdout) ?? [];
  const baseUrl = `https://127.0.0.1:${port}`;
  t.equal(await nameShown(Number(port)), 'server-1');
  t.notOk(await fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false), 'nothing is told without TLS');

  const [holder] = await spawnHolders(t, 1, { baseUrl, holder: 'gateway-1', env: { NODE_EXTRA_CA_CERTS: authority.certFile } });
  await holder!.ask({ do: 'acquire', session: 's', ttlMs: 2_000, waitMs: 0 });

  const next = authority.sign();
  copyFileSync(next.certFile, files.cert);
  run.process.kill('SIGHUP');
  await until('half a renewal is told', () => /the one of before stays in force/.test(run.stderr));
  t.equal(await nameShown(Number(port)), 'server-1', 'a certificate without its key changes nothing');
  copyFileSync(next.keyFile, files.key);
  await until('the new one is shown, without a word to the process', async () => (await nameShown(Number(port))) === 'server-2', { withinMs: 20_000 });
  t.match(await holder!.ask({ do: 'verify' }), { verdict: 'held' }, 'connections that were open go on');
  t.equal((await holder!.ask({ do: 'report' })).abortedMs, undefined);
  await holder!.ask({ do: 'release' });

  const [stranger] = await spawnHolders(t, 1, { baseUrl, holder: 'stranger' });
  await t.rejects(stranger!.ask({ do: 'acquire', session: 's', ttlMs: 2_000, waitMs: 0 }), /ServiceUnavailableError: https:.* could not be reached \(UNABLE_TO_VERIFY/, 'whoever does not know the authority is told so');
  t.notMatch(run.stderr, /PRIVATE KEY/);
});

t.test('whoever does not end its handshake is cut off, and nobody is kept waiting for it', async (t) => {
  const folder = t.testdir({});
  const run = await started(t, folder, put(folder, authority.sign()));
  const port = Number(/:(\d+)\/v1/.exec(run.stdout)?.[1]);
  const plain = await RawHttp.open(port);
  plain.send('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  t.equal(await plain.untilClosed(), '', 'plain HTTP is not answered');
  const startedMs = monotonicMs();
  const sockets = await Promise.all(['', 'nonsense', '\u0016\u0003\u0001'].map(async (text) => {
    const socket = await RawHttp.open(port);
    socket.send(text);
    return socket;
  }));
  for (const socket of sockets) t.notMatch(await socket.untilClosed(), /HTTP/);
  const afterMs = monotonicMs() - startedMs;
  t.ok(afterMs < 2 * HEADERS_TIMEOUT_MS, `after ${Math.round(afterMs)} ms`);
  t.ok(await nameShown(port), 'others are served');
});

t.test('a pair that cannot be used is one line, and nothing starts', async (t) => {
  const folder = t.testdir({});
  const [one, other] = [authority.sign(), authority.sign()];
  const refusal = async (...args: string[]): Promise<string> => {
    const run = new RunMain(t, args, { HOLDFAST_PORT: '0', HOLDFAST_STORE: `file:${join(folder, 'x.db')}` });
    t.equal(await run.ended, 1);
    t.equal(run.stdout, '');
    return run.stderr;
  };
  t.equal(await refusal('--tls-cert', one.certFile), 'HOLDFAST_TLS_KEY: is needed with HOLDFAST_TLS_CERT\n');
  t.equal(await refusal('--tls-key', one.keyFile), 'HOLDFAST_TLS_CERT: is needed with HOLDFAST_TLS_KEY\n');
  t.equal(await refusal('--tls-cert', join(folder, 'none'), '--tls-key', one.keyFile), `HOLDFAST_TLS_CERT: ${join(folder, 'none')} cannot be read (ENOENT).\n`);
  t.match(await refusal('--tls-cert', one.certFile, '--tls-key', other.keyFile), /^HOLDFAST_TLS_CERT, HOLDFAST_TLS_KEY: [^\n]+ are no certificate with its key \([A-Z_0-9]+\)\.\n$/);
  writeFileSync(join(folder, 'bad'), 'hunter2');
  const told = await refusal('--tls-cert', join(folder, 'bad'), '--tls-key', one.keyFile);
  t.match(told, /are no certificate with its key/);
  t.notMatch(told, /hunter2/);
  t.notOk(existsSync(join(folder, 'x.db')), 'and no store was opened');
});
