import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { spawnGateway } from '../../../support/spawn-gateway.ts';
import { spawnService } from '../../../support/spawn-service.ts';
import { until } from '../../../support/until.ts';

const STAND_INS = fileURLToPath(new URL('../../../../client/examples/gateway/stand-ins.ts', import.meta.url));

t.setTimeout(120_000);

t.test('with the stand-ins the gateway can be tried as its page says, through the connections that they reset', async (t) => {
  const service = await spawnService(t);
  const standIns = spawn(process.execPath, [STAND_INS], { env: { PATH: process.env['PATH'], STAND_INS_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(standIns, 'exit');
  t.teardown(async () => {
    standIns.kill();
    await exited;
  });
  let said = '';
  standIns.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const port = await until('the stand-ins listen', () => /listen on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(said)?.[1]);
  const gateway = await spawnGateway(t, { holdfastUrl: service.baseUrl, worldUrl: `http://127.0.0.1:${port}`, folder: t.testdir({}) });
  for (const n of [1, 2, 3]) t.equal((await gateway.post('chat', { conversation: 'ada', id: `m${n}`, text: `hello ${n}` })).status, 202);
  t.equal((await gateway.post('mail', { thread: 't', messageId: '<1@example.org>', from: 'eve@example.org', subject: 'Hello', text: 'How are you?' })).status, 202);
  await until('all replies', () => said.trim().split('\n').length === 5);
  t.match(said, /^\/chat\/messages ada: You said "hello 1", after 0 lines\.\n/m);
  t.match(said, /^\/chat\/messages ada: You said "hello 3", after 4 lines\.\n/m);
  t.match(said, /^\/mail\/outbox eve@example\.org: You said "How are you\?", after 0 lines\.\n/m);
  t.equal(await gateway.end('SIGTERM'), 0);
});
