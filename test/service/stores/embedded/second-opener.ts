/** A process of its own that opens a store and says what came of it: one line, then it waits to be ended. */
import { systemClock } from '../../../../service/src/clock.ts';
import { openEmbeddedStore } from '../../../../service/src/stores/embedded/open.ts';

const [file = ''] = process.argv.slice(2);
try {
  await openEmbeddedStore({ file, clock: systemClock, onFatal: () => {} });
  process.stdout.write('opened\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
