// The disk takes no more: nothing that it has not is served, the process ends with one line, and what was acknowledged is there after.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { root } from '../support/source-files.ts';
import { SpawnedService } from '../support/spawn-service.ts';
import { until } from '../support/until.ts';

t.test('a failing commit is 503 with an unknown outcome, and the end of the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'holdfast.db');
  // The kernel refuses every byte beyond 1500 KiB of a file: the log of the database reaches that soon.
  const child = spawn('bash', ['-c', 'ulimit -f 1500; exec "$0" "$1"', process.execPath, join(root, 'service/src/main.ts')], {
    env: { PATH: process.env['PATH'], HOLDFAST_STORE: `file:${file}`, HOLDFAST_PORT: '0', HOLDFAST_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const baseUrl = await until('it listens', () => /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(stdout)?.[0]);

  const api = new LeaseApi(baseUrl);
  t.teardown(() => api.close());
  const acknowledged = new Map<string, number>();
  let refused: { status: number; body: object } | undefined;
  for (let number = 0; number < 5_000 && !refused; number += 1) {
    const session = `session-${number}`;
    const answer = await api.acquire(session, newLeaseId(), { holder: 'h'.repeat(128), ttlMs: 3_600_000 });
    if (answer.status === 201) acknowledged.set(session, answer.body.fencingToken!);
    else refused = answer;
  }
  t.match(refused, { status: 503, body: { code: 'store-unavailable', outcome: 'unknown' } });
  t.ok(acknowledged.size > 50, `${acknowledged.size} were acknowledged before`);
  t.strictSame(await ended, [1, null]);
  t.match(stderr, /^Cannot write to [^\n]*holdfast\.db: [^\n]+\.\n$/);

  const again = new SpawnedService({ env: { HOLDFAST_STORE: `file:${file}` } });
  t.teardown(() => again.dispose());
  await again.start();
  const after = new LeaseApi(again.baseUrl);
  t.teardown(() => after.close());
  for (const [session, fencingToken] of acknowledged) {
    const { body } = await after.inspect(session);
    if (body.fencingToken !== fencingToken) t.fail(`${session} is ${JSON.stringify(body)} and was acknowledged with ${fencingToken}`);
  }
  await again.end();
});
