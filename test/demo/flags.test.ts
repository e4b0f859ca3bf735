/** The demo's flags: their defaults, their limits, and what is said of wrong ones. */
import t from 'tap';
import { readFlags, USAGE } from '../../demo/flags.ts';

t.test('without flags the defaults hold', async (t) => {
  t.strictSame(readFlags([]), { kind: 'run', flags: { scale: 100, seed: 1, sessions: 28, store: 'embedded', keep: false } });
});

t.test('flags are read', async (t) => {
  t.strictSame(readFlags(['--scale', '50', '--seed=7', '--sessions', '12', '--store', 'redis', '--keep']), { kind: 'run', flags: { scale: 50, seed: 7, sessions: 12, store: 'redis', keep: true } });
});

for (const [name, min, max] of [['scale', 1, 200], ['seed', 0, 4294967295], ['sessions', 5, 200]] as const) {
  t.test(`--${name} goes from ${min} to ${max}`, async (t) => {
    for (const good of [min, max]) t.equal(readFlags([`--${name}`, String(good)]).kind, 'run');
    for (const bad of [String(min - 1), String(max + 1), '1.5', '1e1', 'ten', '', ' 7']) {
      t.strictSame(readFlags([`--${name}=${bad}`]), { kind: 'faults', faults: [`--${name} is "${bad}", and must be a whole number from ${min} to ${max}.`] });
    }
  });
}

t.test('--store is embedded, redis or quorum', async (t) => {
  for (const bad of ['raft', '', 'redis://127.0.0.1']) t.strictSame(readFlags([`--store=${bad}`]), { kind: 'faults', faults: [`--store is "${bad}", and must be embedded, redis or quorum.`] });
});

t.test('all faults are told at once', async (t) => {
  const invocation = readFlags(['--scale', '0', '--sessions', '1']);
  t.equal(invocation.kind === 'faults' && invocation.faults.length, 2);
});

t.test('an unknown flag, a stray argument and a missing value are faults', async (t) => {
  for (const args of [['--scales', '5'], ['fast'], ['--seed']]) {
    const invocation = readFlags(args);
    t.equal(invocation.kind, 'faults');
    t.match(invocation.kind === 'faults' && invocation.faults[0], args[0]?.replace('--', '') ?? '');
  }
});

t.test('--help wins, and its text names every flag', async (t) => {
  t.strictSame(readFlags(['--help']), { kind: 'help' });
  for (const flag of ['--scale', '--seed', '--sessions', '--store', '--keep', '--help']) t.match(USAGE, flag);
});
