// The settings: what they are unless given, where they come from, and what is wrong with them.
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { RATES_DEFAULT } from '../../service/src/http/budgets.ts';
import { QUOTAS_DEFAULT } from '../../service/src/session/limits.ts';
import { readInvocation, USAGE, type Settings } from '../../service/src/config.ts';

const noFile = (path: string): string => {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT', path });
};

const settingsOf = (args: string[] = [], env: Record<string, string> = {}): Settings => {
  const invocation = readInvocation(args, env, noFile);
  if (invocation.kind !== 'run') throw new Error(JSON.stringify(invocation));
  return invocation.settings;
};

const storeOf = (store: string): Settings['store'] => settingsOf([], { HOLDFAST_STORE: store }).store;

const faultsOf = (env: Record<string, string>, args: string[] = []): readonly string[] => {
  const invocation = readInvocation(args, env, noFile);
  return invocation.kind === 'faults' ? invocation.faults : [];
};

t.test('without any setting it is a service for this machine alone', async (t) => {
  t.strictSame(settingsOf(), {
    host: '127.0.0.1',
    port: 7420,
    store: { kind: 'file', file: resolve('holdfast.db') },
    accepted: [],
    access: { kind: 'open' },
    tls: undefined,
    rates: RATES_DEFAULT,
    quotas: QUOTAS_DEFAULT,
    ttlMsMin: 1_000,
    ttlMsMax: 3_600_000,
    logLevel: 'info',
  });
});

t.test('every setting has a variable, and a flag that beats it', async (t) => {
  const env = {
    HOLDFAST_HOST: '::1',
    HOLDFAST_PORT: '1',
    HOLDFAST_STORE: 'file:/a/b.db',
    HOLDFAST_API_KEY: 'key-of-env',
    HOLDFAST_TTL_MIN_MS: '5',
    HOLDFAST_TTL_MAX_MS: '6',
    HOLDFAST_LOG_LEVEL: 'warn',
  };
  t.strictSame(settingsOf([], env), { host: '::1', port: 1, store: { kind: 'file', file: '/a/b.db' }, accepted: [], access: { kind: 'static', apiKey: 'key-of-env' }, tls: undefined, rates: RATES_DEFAULT, quotas: QUOTAS_DEFAULT, ttlMsMin: 5, ttlMsMax: 6, logLevel: 'warn' });
  const flags = ['--host', '0.0.0.0', '--port=65535', '--store', 'file:c.db', '--api-key', 'key-of-flag', '--ttl-min-ms', '7', '--ttl-max-ms', '7', '--log-level', 'silent'];
  t.strictSame(settingsOf(flags, env), { host: '0.0.0.0', port: 65_535, store: { kind: 'file', file: resolve('c.db') }, accepted: [], access: { kind: 'static', apiKey: 'key-of-flag' }, tls: undefined, rates: RATES_DEFAULT, quotas: QUOTAS_DEFAULT, ttlMsMin: 7, ttlMsMax: 7, logLevel: 'silent' });
});

t.test('an empty variable counts as unset', async (t) => {
  t.match(settingsOf([], { HOLDFAST_PORT: '', HOLDFAST_HOST: '', HOLDFAST_STORE: '', HOLDFAST_API_KEY: '' }), { port: 7420, host: '127.0.0.1', access: { kind: 'open' } });
});

t.test('a file is given by path or by URL', async (t) => {
  t.strictSame(storeOf('file:./x.db'), { kind: 'file', file: resolve('x.db') });
  const path = join(resolve('/'), 'some where', 'x.db');
  t.strictSame(storeOf(pathToFileURL(path).href), { kind: 'file', file: path });
});

t.test('a Redis is given by URL, with what it does not say filled in', async (t) => {
  t.strictSame(storeOf('redis://host'), { kind: 'redis', server: { host: 'host', port: 6379, db: 0, tls: false } });
  t.strictSame(storeOf('rediss://me:s%40crets@[::1]:7000/15'), { kind: 'redis', server: { host: '::1', port: 7000, db: 15, username: 'me', password: 's@crets', tls: true } });
  t.strictSame(storeOf('redis://:secret@10.0.0.1/'), { kind: 'redis', server: { host: '10.0.0.1', port: 6379, db: 0, password: 'secret', tls: false } });
  const form = 'HOLDFAST_STORE: must be redis://[user:password@]host[:port][/database] and nothing more; in user and password, write % / ? # @ and : as %25 %2F %3F %23 %40 %3A';
  const wrong = ['redis://', 'redis://host/a', 'redis://host/0/1', 'redis://host/-1', 'redis://host/100000', 'redis://host:0', 'redis://host:65536', 'redis://host?db=1', 'redis://host/0#1', 'redis://a:%@host'];
  for (const store of wrong) t.strictSame(faultsOf({ HOLDFAST_STORE: store }), [form], store);
});

t.test('three or five servers are a quorum', async (t) => {
  const server = (host: string, more: object = {}) => ({ host, port: 6379, db: 0, tls: false, ...more });
  t.strictSame(storeOf('redis://a,redis://b,redis://c'), { kind: 'quorum', servers: [server('a'), server('b'), server('c')] });
  const five = storeOf('rediss://u:p@a:7000/2, redis://b ,redis://c,redis://d,redis://e');
  t.match(five, { kind: 'quorum', servers: [server('a', { port: 7000, db: 2, tls: true, username: 'u', password: 'p' }), server('b'), server('c'), server('d'), server('e')] });
});

t.test('what is no quorum is told', async (t) => {
  const told = (store: string): readonly string[] => faultsOf({ HOLDFAST_STORE: store });
  t.strictSame(told('redis://a,redis://b'), ['HOLDFAST_STORE: a quorum is of 3 or 5 servers, and these are 2']);
  t.strictSame(told('redis://a,redis://b,redis://c,redis://d'), ['HOLDFAST_STORE: a quorum is of 3 or 5 servers, and these are 4']);
  t.strictSame(told(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((host) => `redis://${host}`).join(',')), ['HOLDFAST_STORE: a quorum is of 3 or 5 servers, and these are 7']);
  t.strictSame(told('redis://a,redis://b,redis://a/1'), ['HOLDFAST_STORE: names a:6379 twice; a quorum is of servers that fail each for itself']);
  t.match(told('redis://a,redis://b,file:x'), [/^HOLDFAST_STORE: server 2 of 2 must be redis:/]);
  t.match(told('redis://a,redis://u:s@b?x=1,redis://c'), [/^HOLDFAST_STORE: server 2 of 3 must be redis:.* and nothing more/]);
  t.strictSame(faultsOf({ HOLDFAST_STORE: 'redis://a,redis://b,redis://c', HOLDFAST_ACCEPT: 'fsync' }), ['HOLDFAST_ACCEPT: a quorum has no risk to accept, so not "fsync" either']);
});

t.test('risks are accepted by name, each for the store that has it', async (t) => {
  const redis = { HOLDFAST_STORE: 'redis://host' };
  t.strictSame(settingsOf([], { ...redis, HOLDFAST_ACCEPT: 'fsync' }).accepted, ['fsync']);
  t.strictSame(settingsOf(['--accept', ' failover, fsync,failover,'], redis).accepted, ['fsync', 'failover']);
  t.strictSame(faultsOf({ ...redis, HOLDFAST_ACCEPT: 'fsync,all,eviction' }), ['HOLDFAST_ACCEPT: the risks of a Redis are fsync and failover, and not "all", "eviction"']);
  t.strictSame(faultsOf({ HOLDFAST_ACCEPT: 'fsync' }), ['HOLDFAST_ACCEPT: the embedded store has no risk to accept, so not "fsync" either']);
});

t.test('all faults are told at once, each by the name of its variable', async (t) => {
  t.strictSame(
    faultsOf({
      HOLDFAST_HOST: '0.0.0.0',
      HOLDFAST_PORT: '65536',
      HOLDFAST_STORE: 'redis:host',
      HOLDFAST_ACCEPT: 'luck',
      HOLDFAST_TTL_MIN_MS: '20',
      HOLDFAST_TTL_MAX_MS: '10',
      HOLDFAST_LOG_LEVEL: 'loud',
    }),
    [
      'HOLDFAST_PORT: must be an integer from 0 to 65535, not "65536"',
      'HOLDFAST_STORE: must be file:<path> or redis://[user:password@]host[:port][/database], or three or five of these, separated by commas',
      'HOLDFAST_KEYS: is needed to listen on "0.0.0.0", which is not a loopback address: make a key with "holdfast-server keys create --help", or set HOLDFAST_API_KEY',
      'HOLDFAST_ACCEPT: the risks of a Redis are fsync and failover, and not "luck"',
      'HOLDFAST_TTL_MIN_MS: must not be larger than HOLDFAST_TTL_MAX_MS (20 > 10)',
      'HOLDFAST_LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
    ],
  );
});

t.test('numbers are plain decimal, and within their limits', async (t) => {
  for (const port of ['-1', '1.5', '0x10', ' 80', '1e3', 'http', '99999999999']) t.match(faultsOf({ HOLDFAST_PORT: port }), [/^HOLDFAST_PORT: must be an integer from 0 to 65535/], port);
  t.equal(settingsOf([], { HOLDFAST_PORT: '0' }).port, 0);
  t.equal(settingsOf([], { HOLDFAST_TTL_MIN_MS: '1' }).ttlMsMin, 1);
  t.equal(settingsOf([], { HOLDFAST_TTL_MAX_MS: '86400000' }).ttlMsMax, 86_400_000);
  t.match(faultsOf({ HOLDFAST_TTL_MIN_MS: '0' }), [/^HOLDFAST_TTL_MIN_MS: must be an integer from 1 to 86400000/]);
  t.match(faultsOf({ HOLDFAST_TTL_MAX_MS: '86400001' }), [/^HOLDFAST_TTL_MAX_MS: must be an integer from 1 to 86400000/]);
});

t.test('only loopback goes without a key', async (t) => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) t.equal(settingsOf([], { HOLDFAST_HOST: host }).host, host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '192.168.1.5', 'example.org', '127.example.org', '::ffff:10.0.0.1']) {
    t.match(faultsOf({ HOLDFAST_HOST: host }), [/^HOLDFAST_KEYS: is needed/], host);
    t.strictSame(settingsOf([], { HOLDFAST_HOST: host, HOLDFAST_API_KEY: 'k' }).access, { kind: 'static', apiKey: 'k' });
    t.strictSame(settingsOf([], { HOLDFAST_HOST: host, HOLDFAST_KEYS: '/a/keys.json' }).access, { kind: 'file', file: '/a/keys.json' });
  }
});

t.test('a secret is never repeated, however wrong it is', async (t) => {
  for (const key of ['two words', 'ünicode', 'x'.repeat(513), 'line\nfeed']) {
    const faults = faultsOf({ HOLDFAST_API_KEY: key });
    t.strictSame(faults, ['HOLDFAST_API_KEY: must be 1 to 512 visible ASCII characters without spaces']);
  }
  const stores = ['rediss://user:hunter2@', 'redis://:hunter2@host/0,redis://:hunter2@other/0', 'redis://:hunter2%@host', 'redis://:hunter2@host:0', 'redis://host?password=hunter2', 'postgres://user:hunter2@host', 'file:', 'file://elsewhere/hunter2', '/plain/hunter2', 'hunter2'];
  for (const store of stores) {
    const faults = faultsOf({ HOLDFAST_STORE: store });
    t.match(faults, [/^HOLDFAST_STORE: /], store);
    t.notMatch(faults.join(''), /hunter2/);
  }
});

t.test('unknown flags, flags without a value and stray words are faults', async (t) => {
  t.match(faultsOf({}, ['--prot', '1']), [/--prot.*Try --help/]);
  t.match(faultsOf({}, ['--port']), [/--port.*Try --help/]);
  t.match(faultsOf({}, ['serve']), [/serve.*Try --help/]);
});

t.test('help and version are asked for by flag, even beside faults', async (t) => {
  t.strictSame(readInvocation(['--help'], { HOLDFAST_PORT: 'x' }, noFile), { kind: 'help' });
  t.strictSame(readInvocation(['--version'], { HOLDFAST_PORT: 'x' }, noFile), { kind: 'version' });
  for (const variable of ['HOST', 'PORT', 'STORE', 'API_KEY', 'ACCEPT', 'TTL_MIN_MS', 'TTL_MAX_MS', 'LOG_LEVEL', 'RATES', 'QUOTAS', 'CONFIG']) {
    t.match(USAGE, `HOLDFAST_${variable} `);
    t.match(USAGE, `--${variable.toLowerCase().replaceAll('_', '-')} `);
  }
});

t.test('rates are given by their names, and the others stay as they are', async (t) => {
  t.strictSame(settingsOf([], { HOLDFAST_RATES: 'take=1, keep=1000000' }).rates, { ...RATES_DEFAULT, take: 1, keep: 1_000_000 });
  for (const text of ['take', 'take=', 'take=0', 'take=1000001', 'take=-1', 'take=1.5', 'renew=1', '=1', 'take=1;keep=2', 'take=1,']) t.match(faultsOf({ HOLDFAST_RATES: text }), [/^HOLDFAST_RATES: must be like take=/], text);
  t.strictSame(faultsOf({ HOLDFAST_RATES: 'take=1,take=2' }), ['HOLDFAST_RATES: names take twice']);
});

// ---- the file of settings, and what is in force ----

const fileOf = (text: string) => (): string => text;

t.test('a file of settings is beaten by the environment, and that by a flag', async (t) => {
  const file = fileOf('# a comment\nHOLDFAST_PORT=1001\nHOLDFAST_LOG_LEVEL=warn\nHOLDFAST_TTL_MAX_MS="5000"\n');
  const env = { HOLDFAST_CONFIG: 'settings.env', HOLDFAST_PORT: '1002', HOLDFAST_LOG_LEVEL: 'error' };
  t.match(readInvocation(['--log-level', 'debug'], env, file), { kind: 'run', settings: { port: 1002, logLevel: 'debug', ttlMsMax: 5_000 } });
  t.match(readInvocation(['--config', 'settings.env'], {}, file), { kind: 'run', settings: { port: 1001 } });
});

t.test('a file that cannot be read, or names what is no setting, is told beside every other fault', async (t) => {
  t.strictSame(faultsOf({ HOLDFAST_CONFIG: '/etc/none.env', HOLDFAST_PORT: 'x' }), ['HOLDFAST_CONFIG: /etc/none.env cannot be read: ENOENT', 'HOLDFAST_PORT: must be an integer from 0 to 65535, not "x"']);
  const invocation = readInvocation(['--config', 'f'], {}, fileOf('HOLDFAST_PROT=1\nPATH=/bin\nHOLDFAST_PORT=-1\n'));
  t.strictSame(invocation, { kind: 'faults', faults: ['HOLDFAST_CONFIG: f names HOLDFAST_PROT, which is no setting', 'HOLDFAST_CONFIG: f names PATH, which is no setting', 'HOLDFAST_PORT: must be an integer from 0 to 65535, not "-1"'] });
});

t.test('of a quorum every user and password is masked', async (t) => {
  const invocation = readInvocation(['--print-config'], { HOLDFAST_STORE: 'redis://a, rediss://u:p,q@b:1/2,redis://:s@c' }, fileOf(''));
  if (invocation.kind !== 'print') throw new Error(JSON.stringify(invocation));
  t.ok(invocation.lines.includes('HOLDFAST_STORE=redis://a, rediss://********@b:1/2,redis://********@c  # the environment'), 'masked', { lines: invocation.lines });
});

t.test('what is in force can be printed, with where it is from, and without a secret', async (t) => {
  const env = { HOLDFAST_API_KEY: 'a-key-that-nobody-may-see-anywhere', HOLDFAST_STORE: 'redis://user:pass@redis.internal:6379/0' };
  const invocation = readInvocation(['--port', '7421', '--print-config', '--config', 'f'], env, fileOf('HOLDFAST_LOG_LEVEL=warn'));
  if (invocation.kind !== 'print') throw new Error(JSON.stringify(invocation));
  const text = invocation.lines.join('\n');
  for (const line of [
    'HOLDFAST_PORT=7421  # --port',
    'HOLDFAST_STORE=redis://********@redis.internal:6379/0  # the environment',
    'HOLDFAST_API_KEY=********  # the environment',
    'HOLDFAST_LOG_LEVEL=warn  # f',
    'HOLDFAST_HOST=127.0.0.1  # default',
    'HOLDFAST_KEYS=  # default',
  ]) t.ok(invocation.lines.includes(line), line);
  t.notMatch(text, /nobody-may-see|pass@/);
  t.match(readInvocation(['--print-config'], { HOLDFAST_PORT: 'x' }, noFile), { kind: 'faults' }, 'not while something is wrong');
});

t.test('quotas are numbers by name', async (t) => {
  t.strictSame(settingsOf([], { HOLDFAST_QUOTAS: 'leases=10, bytes=1000000' }).quotas, { ...QUOTAS_DEFAULT, leases: 10, bytes: 1_000_000 });
  for (const text of ['leases', 'leases=0', 'sessions=1', 'leases=1000000000001', 'leases=1;waiters=2', 'leases=1,']) t.match(faultsOf({ HOLDFAST_QUOTAS: text }), [/HOLDFAST_QUOTAS: must be like leases=1000,waiters=5000/], text);
  t.match(faultsOf({ HOLDFAST_QUOTAS: 'leases=1,leases=2' }), [/names leases twice/]);
});
