/** A service that is paused as a whole, under load, for longer than any deadline of its own: it goes on, and nobody is told anything false. */
import t from 'tap';
import { Ledger } from '../support/ledger/ledger.ts';
import { seededChance } from '../support/load/seeded-chance.ts';
import { spawnService } from '../support/spawn-service.ts';
import { pause, until } from '../support/until.ts';

const PAUSES = 3;
/** A commit over 2 s counts as failed; but this one's disk was not slow. */
const PAUSE_MS = 2_500;
t.setTimeout(120_000);

void t.test(`${PAUSES} pauses of ${PAUSE_MS} ms are not taken for a disk that hangs`, async (test) => {
  const service = await spawnService(test, { env: { HOLDFAST_LOG_LEVEL: 'silent' } });
  const ledger = new Ledger(12, seededChance(11));
  for (let count = 1; count <= PAUSES; count += 1) {
    const due = ledger.acknowledged + 100;
    const load = ledger.work(service.baseUrl);
    await until('enough was acknowledged', () => ledger.acknowledged >= due || ledger.wrong.length > 0);
    service.signal('SIGSTOP');
    await pause(PAUSE_MS);
    service.signal('SIGCONT');
    await load.stop();
    await ledger.verify(service.baseUrl);
    test.same(ledger.wrong, [], `pause ${count}`);
  }
  test.equal(service.stderr, '', 'it had nothing to complain of');
  test.comment(`${ledger.acknowledged} acknowledged, ${ledger.unanswered} answered as unknown`);
});
