/** The README's curl walk-through, run as a new user would: every line of it, in one shell, against a real service. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { root } from '../support/source-files.ts';
import { spawnService } from '../support/spawn-service.ts';

t.setTimeout(150_000);

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The first shell block under a heading. */
const shellUnder = (heading: string): string => {
  const section = README.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block).find((block) => block.includes('curl')) ?? '';
};

t.test('the curl walk-through does what the README says', async (t) => {
  const service = await spawnService(t);
  const script = shellUnder('Five minutes with curl').replaceAll('http://127.0.0.1:7420', service.baseUrl);
  t.match(script, service.baseUrl, 'there is a walk-through');
  // Answers come without a line end; the shell that runs them gives each its own line.
  const { stdout } = await promisify(execFile)('bash', ['-euc', `curl() { command curl "$@" -w '\\n'; }\n${script}`], { timeout: 60_000 });
  // The answer of B's open call comes whenever it is granted; all others come in order.
  const answers = stdout.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  const grantOf = (holder: string) => answers.find((answer) => answer['holder'] === holder && 'renewAfterMs' in answer);
  const first = grantOf('gateway-a');
  const second = grantOf('gateway-b');
  t.match(first, { fencingToken: Number, ttlMs: 10_000 });
  t.match(answers.find((answer) => 'held' in answer), { held: true, holder: 'gateway-a', waiters: [{ holder: 'gateway-b' }] });
  t.match(second, { confirmWithinMs: Number, previous: { holder: 'gateway-a', endedBecause: 'released' } });
  t.ok(Number(second?.['fencingToken']) > Number(first?.['fencingToken']), 'the next waiter gets a larger fencing token');
  t.match(answers.at(-2), { verdict: 'superseded', stale: true, currentToken: second?.['fencingToken'], endedBecause: 'released' });
  t.match(answers.at(-1), { code: 'lease-lost', endedBecause: 'released', successor: { holder: 'gateway-b' } });
});

t.test('the walk-through with keys does what the README says', async (t) => {
  // A port that is free now, and a folder of its own for what the reader makes in his.
  const placeholder = await spawnService(t);
  const { port } = placeholder;
  await placeholder.end();
  const script = shellUnder('Ten minutes, with keys')
    .replaceAll('http://127.0.0.1:7420', `http://127.0.0.1:${port}`)
    .replaceAll('node scripts/node24.mjs ', `${process.execPath} ${root}/`);
  t.match(script, 'keys create', 'there is a walk-through');
  const env = { ...process.env, HOLDFAST_PORT: String(port), HOLDFAST_URL: `http://127.0.0.1:${port}`, HOLDFAST_LOG_LEVEL: 'warn' };
  const { stdout, stderr } = await promisify(execFile)('bash', ['-euc', `trap 'kill $(jobs -p) 2> ${join(t.testdir({}), 'ended')}' EXIT\n${script}`], { cwd: t.testdir({}), env, timeout: 100_000 });
  const tokens = [...stdout.matchAll(/token: ?(\d+)|^token +(\d+)$/gm)].map((match) => Number(match[1] ?? match[2]));
  t.equal(tokens.length, 2, stdout);
  t.ok(tokens[1]! > tokens[0]!, 'the next one has a larger token');
  t.match(stdout, /is revoked/);
  t.match(stderr, /is lost: .*The command is ended/);
  t.match(stderr, /"audit":true,"action":"revoke".*it hangs/);
  t.match(stdout, /The reply is superseded\.\nThe reply is parked\.\n/);
  t.match(stdout, /agent:main:demo +turn-41 +parked/);
});
