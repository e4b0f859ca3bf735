import t from 'tap';
import { futureToMono, pastToMono, toWall } from '../../../../service/src/stores/embedded/wall-times.ts';

const STOP = { monoMs: 9_000, wallUs: 1_700_000_000_000_000 };
const boot = (afterMs: number): { monoMs: number; wallUs: number } => ({ monoMs: 500, wallUs: STOP.wallUs + afterMs * 1_000 });

t.test('what has happened is as long ago as the wall clock says, and never in the future', async (t) => {
  const written = toWall(STOP.monoMs - 3_000, STOP);
  t.equal(pastToMono(written, boot(2_000)), 500 - 5_000);
  t.equal(pastToMono(written, boot(-3_600_000)), 500, 'a wall clock set back');
});

t.test('what is to come is as near as the wall clock says, and never further away than its span', async (t) => {
  const written = toWall(STOP.monoMs + 3_000, STOP);
  t.equal(futureToMono(written, 10_000, boot(2_000)), 500 + 1_000);
  t.equal(futureToMono(written, 10_000, boot(-3_600_000)), 500 + 10_000, 'a wall clock set back');
  t.equal(futureToMono(written, 10_000, boot(3_600_000)), 500 + 3_000 - 3_600_000, 'long past');
});
