/** The curl calls of "When a reply is parked", run as they stand by an operator: in one shell, against a real service with a dead reply. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { LeaseApi, newLeaseId } from '../support/lease-api.ts';
import { attempt, park, readReply, type ReplyBody } from '../support/reply-api.ts';
import { spawnService, type SpawnedService } from '../support/spawn-service.ts';

t.setTimeout(120_000);

const PAGE = readFileSync(new URL('../../docs/when-a-reply-is-parked.md', import.meta.url), 'utf8');
const BASE_URL = 'http://127.0.0.1:7420';
const SESSION = 'agent:main:demo';
const REPLY_ID = 'reply-1';

/** The page's shell block. */
const script = (): string => [...PAGE.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block).find((block) => block.includes('curl')) ?? '';

/** Leaves a reply behind that the channel has refused for good. */
const leaveDeadReply = async (test: Test, service: SpawnedService): Promise<LeaseApi> => {
  const api = new LeaseApi(service.baseUrl);
  test.teardown(() => api.close());
  const leaseId = newLeaseId();
  const { body: lease } = await api.acquire(SESSION, leaseId, { holder: 'gateway-1', waitMs: 0 });
  await park(api, SESSION, REPLY_ID, { fencingToken: lease.fencingToken!, payload: { text: 'Here is what I found.' } });
  await attempt(api, SESSION, REPLY_ID, leaseId, { attempt: 1, outcome: 'sending', committed: true });
  await attempt(api, SESSION, REPLY_ID, leaseId, { attempt: 1, outcome: 'failed', permanent: true, error: '403: the channel is archived' });
  await api.release(SESSION, leaseId);
  return api;
};

t.test('the calls do what the page says', async (t) => {
  const service = await spawnService(t, { env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const api = await leaveDeadReply(t, service);
  t.equal(script().split('curl -s').length - 1, 4, 'the page shows four calls');
  // Answers come without a line end; the shell that runs them gives each its own line.
  const shell = `curl() { command curl "$@" -w '\\n'; }\n${script().replaceAll(BASE_URL, service.baseUrl)}`;
  const { stdout } = await promisify(execFile)('bash', ['-euc', shell], { timeout: 60_000 });
  const [dead, read, replayed, discarded] = stdout.trim().split('\n').map((line) => JSON.parse(line) as ReplyBody);
  const reason = '403: the channel is archived';
  t.match(dead, { replies: [{ session: SESSION, replyId: REPLY_ID, state: 'dead', attempts: 1, committed: true, lastError: reason, reason }] }, 'what is stuck, and why');
  t.notMatch(JSON.stringify(dead), 'what I found', 'payloads are never listed');
  t.match(read, { state: 'dead', payload: { text: 'Here is what I found.' } }, 'one of them, with what it says');
  t.match(replayed, { state: 'parked', reason: 'the channel is back', dueInMs: 0, attempts: 1 }, 'another chance, now');
  t.match(discarded, { state: 'superseded', reason: 'answered by hand' }, 'or given up');
  t.match((await readReply(api, SESSION, REPLY_ID)).body, { state: 'superseded', payload: { text: 'Here is what I found.' } }, 'it stays visible');
});

t.test('with a key, and the header that the page gives', async (t) => {
  const service = await spawnService(t, { env: { HOLDFAST_API_KEY: 'a-key-of-the-test', HOLDFAST_LOG_LEVEL: 'silent' } });
  const header = /add `(-H "Authorization: [^`]*)`/.exec(PAGE)?.[1] ?? '';
  t.ok(header, 'the page shows it');
  const list = `KEY=a-key-of-the-test\nAPI=${service.baseUrl}/v1/replies\n`;
  const call = (options: string): Promise<{ stdout: string }> => promisify(execFile)('bash', ['-euc', `${list}curl -s "$API?state=dead" ${options}`], { timeout: 60_000 });
  t.same(JSON.parse((await call(header)).stdout), { replies: [] });
  t.match(JSON.parse((await call('')).stdout), { code: 'unauthorized' });
});
