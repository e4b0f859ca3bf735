/** The replay is judged by stores that are wrong on purpose: each must be found out. */
import fc from 'fast-check';
import t from 'tap';
import type { Command, OutcomeOf } from '../../service/src/session/commands.ts';
import type { LeaseStore, SessionName, StoreListener } from '../../service/src/session/store.ts';
import { anyHistory } from '../simulation/steps.ts';
import { DistantStore } from '../support/distant-store.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { RepliesUnderTest } from './replies-under-test.ts';
import { Replay } from './replay.ts';
import { StoreUnderTest, type Place } from './store-under-test.ts';

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

/** A store that tells nothing of one kind; what the test itself makes happen is told all the same. */
const halfDeaf = <Store extends LeaseStore>(store: Store, deafTo: keyof StoreListener): Store => {
  const listen = store.listen.bind(store);
  store.listen = ({ onWake, onEvent }) => {
    const hears = (kind: keyof StoreListener): boolean => kind !== deafTo;
    listen({
      onWake: (wake) => hears('onWake') && onWake(wake),
      onEvent: (name, event, isOwn) => (hears('onEvent') || name.namespace !== 'default') && onEvent(name, event, isOwn),
    });
  };
  return store;
};

const WRONG: Readonly<Record<string, (clock: FakeClock) => LeaseStore>> = {
  'never looks by itself': withoutTimers,
  'wakes nobody': (clock) => halfDeaf(new MemoryStore(clock), 'onWake'),
  'tells no events': (clock) => halfDeaf(new MemoryStore(clock), 'onEvent'),
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

const WRONG_AT_A_DISTANCE: typeof WRONG = {
  'sets no timers': (clock) => new DistantStore(clock, { setsTimers: false }),
  'wakes nobody': (clock) => halfDeaf(new DistantStore(clock), 'onWake'),
  'tells no events': (clock) => halfDeaf(new DistantStore(clock), 'onEvent'),
};

const mustBeFoundOut = (wrong: typeof WRONG, place: Place): void => {
  for (const [fault, open] of Object.entries(wrong)) {
    t.test(`found out: a ${place.isDistant ? 'distant ' : ''}store that ${fault}`, async (t) => {
      const store = await StoreUnderTest.open(t, async (_t, clock) => open(clock), place);
      await t.rejects(replayAll(store), { message: /Property failed/, cause: { code: 'ERR_ASSERTION' } });
    });
  }
};

mustBeFoundOut(WRONG, {});
mustBeFoundOut(WRONG_AT_A_DISTANCE, { isDistant: true });

t.test('a right store passes the same histories', async (t) => {
  const store = await StoreUnderTest.open(t, async (_t, clock) => new MemoryStore(clock));
  await t.resolves(replayAll(store));
});

t.test('nobody but the store looks, where it is to look by itself', async (t) => {
  for (const looks of [true, false]) {
    const store = await StoreUnderTest.open(t, async (_t, clock) => new DistantStore(clock, { looks }), { isDistant: true });
    await new RepliesUnderTest(store.store).park('late', 'r', { expiresInMs: 5_000 });
    await store.passUnwatched(5_000, 'late');
    const states = (await store.takeEvents('late')).map((event) => 'state' in event && event.state);
    t.strictSame(states, looks ? ['parked', 'dead'] : ['parked']);
  }
});
