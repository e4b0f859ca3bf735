/** The replay is judged by stores that are wrong on purpose: each must be found out. */
import fc from 'fast-check';
import t from 'tap';
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import type { LeaseStore, SessionName, StoreListener } from '../../service/src/session/store.ts';
import { anyHistory } from '../simulation/steps.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { Replay } from './replay.ts';
import { StoreUnderTest } from './store-under-test.ts';

const RUNS = 200;
const SEED = 7;

const withoutTimers = (clock: FakeClock): MemoryStore => new MemoryStore({ now: () => clock.now(), after: () => ({ cancel: () => {} }), every: () => ({ cancel: () => {} }) });

class Changed extends MemoryStore {
  readonly #change: (outcome: object) => object;

  constructor(clock: FakeClock, change: (outcome: object) => object) {
    super(clock);
    this.#change = change;
  }

  override async apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    return this.#change(await super.apply(name, command)) as OutcomeOf<C>;
  }
}

class HalfDeaf extends MemoryStore {
  readonly #deafTo: keyof StoreListener;

  constructor(clock: FakeClock, deafTo: keyof StoreListener) {
    super(clock);
    this.#deafTo = deafTo;
  }

  override listen(listener: StoreListener): void {
    const hears = (kind: keyof StoreListener): boolean => kind !== this.#deafTo;
    super.listen({
      onWake: (wake) => hears('onWake') && listener.onWake(wake),
      onEvent: (name, event) => hears('onEvent') && listener.onEvent(name, event),
    });
  }
}

const WRONG: Readonly<Record<string, (clock: FakeClock) => LeaseStore>> = {
  'never looks by itself': withoutTimers,
  'wakes nobody': (clock) => new HalfDeaf(clock, 'onWake'),
  'tells no events': (clock) => new HalfDeaf(clock, 'onEvent'),
  'is off by a millisecond': (clock) => new Changed(clock, (outcome) => ('remainingMs' in outcome ? { ...outcome, remainingMs: Number(outcome.remainingMs) + 1 } : outcome)),
  'forgets who was before': (clock) => new Changed(clock, ({ ...outcome }) => ('previous' in outcome ? { ...outcome, previous: undefined } : outcome)),
};

const replayAll = async (store: StoreUnderTest): Promise<void> => {
  let histories = 0;
  const asPure = fc.asyncProperty(anyHistory(40), async (steps) => {
    const replay = new Replay(store, `history ${(histories += 1)}`);
    for (const step of steps) await replay.take(step);
    await replay.end();
  });
  await fc.assert(asPure, { numRuns: RUNS, seed: SEED, endOnFailure: true });
};

for (const [fault, open] of Object.entries(WRONG)) {
  t.test(`found out: a store that ${fault}`, async (t) => {
    const store = await StoreUnderTest.open(t, async (_t, clock) => open(clock));
    await t.rejects(replayAll(store), { message: /Property failed/, cause: { code: 'ERR_ASSERTION' } });
  });
}

t.test('a right store passes the same histories', async (t) => {
  const store = await StoreUnderTest.open(t, async (_t, clock) => new MemoryStore(clock));
  await t.resolves(replayAll(store));
});
