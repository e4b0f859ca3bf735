import { fileURLToPath } from 'node:url';
import t from 'tap';
import { running } from '../../../support/running.ts';
import { spawnService } from '../../../support/spawn-service.ts';

const MAIN = fileURLToPath(new URL('../../../../client/examples/session-write-lease/main.ts', import.meta.url));

t.test('the example shows a dropped reply behind the seam alone, and none with a run around each message', async (t) => {
  const service = await spawnService(t);
  const { code, stdout, stderr } = await running(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], HOLDFAST_URL: service.baseUrl } });
  t.equal(stderr, '');
  t.equal(code, 0);
  const [alone = '', wrapped = ''] = stdout.split('With one run around each message');
  t.match(alone, /delivered: answer to second\n {2}dropped: {3}SessionTakeoverError/);
  t.match(wrapped, /delivered: answer to first, answer to second\n {2}dropped: {3}nothing\n/);
});
