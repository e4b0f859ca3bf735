/** An embedded store on a clock that only the test moves and a writer that only the test lets go. It notes all that is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RepliesUnderTest } from '../../../conformance/replies-under-test.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import type { AskYield, Command, OutcomeOf, Outcomes, SessionEvent, Wake } from '../../../../service/src/session/commands.ts';
import type { Namespace, SessionKey } from '../../../../service/src/session/types.ts';
import type { LeasePage, LeaseQuery, SessionName } from '../../../../service/src/session/store.ts';
import { load, type Loaded } from '../../../../service/src/stores/embedded/loading.ts';
import { EmbeddedStore } from '../../../../service/src/stores/embedded/embedded-store.ts';
import { connectionId, idHash, type AcquireTerms } from '../../session/scene.ts';
import { GatedWriter } from './gated-writer.ts';

/** Lets promises and immediates run until nothing that was begun can go on by itself. */
export const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export const NAMESPACE = 'default' as Namespace;
export const nameOf = (key: string): SessionName => ({ namespace: NAMESPACE, key: key as SessionKey });

interface SceneLimits {
  readonly idleMax?: number;
  readonly settledMax?: number;
}

type Terms = AcquireTerms & { readonly session?: string };

export class StoreScene {
  readonly clock: FakeClock;
  readonly writer: GatedWriter;
  readonly store: EmbeddedStore;
  readonly replies: RepliesUnderTest;
  readonly wakes: Wake[] = [];
  readonly events: (SessionEvent & { readonly session: string })[] = [];
  readonly fatal: Error[] = [];

  constructor(clock: FakeClock, writer: GatedWriter, loaded: Loaded, { idleMax, settledMax }: SceneLimits = {}) {
    this.clock = clock;
    this.writer = writer;
    this.store = new EmbeddedStore({ clock, writer, loaded, onFatal: (error) => this.fatal.push(error), ...(idleMax !== undefined && { idleMax }), ...(settledMax !== undefined && { settledMax }) });
    this.replies = new RepliesUnderTest(this.store);
    this.store.listen({
      onWake: (wake) => this.wakes.push(wake),
      onEvent: ({ key }, event) => this.events.push({ session: key, ...event }),
    });
  }

  static async start(file = ':memory:', clock = new FakeClock(), limits?: SceneLimits): Promise<StoreScene> {
    const writer = new GatedWriter(file);
    return new StoreScene(clock, writer, await load(writer, clock), limits);
  }

  /** A store on a file, which ends with the test. */
  static async onDisk(t: { teardown(end: () => void): void }): Promise<{ scene: StoreScene; file: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-embedded-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'holdfast.db');
    return { scene: await StoreScene.start(file), file };
  }

  do<C extends Command>(session: string, command: C): Promise<OutcomeOf<C>> {
    return this.store.apply(nameOf(session), command);
  }

  /** By default for 30 s, without waiting, of the session `s`, from a connection named after the id. */
  acquire(id: string, { session = 's', connection = `to ${id}`, ...more }: Terms = {}): Promise<Outcomes['acquire']> {
    const defaults = { holder: `holder of ${id}`, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 4 * 3_600_000 };
    return this.do(session, { kind: 'acquire', leaseIdHash: idHash(id), connection: connectionId(connection), ...defaults, ...more });
  }

  /** Acquires what must be granted at once, and gives its fencing token. */
  async take(id: string, terms?: Terms): Promise<number> {
    const outcome = await this.acquire(id, terms);
    if (outcome.kind !== 'granted') throw new Error(`${id} was not granted the session: ${outcome.kind}`);
    return outcome.fencingToken;
  }

  renew(id: string, { session = 's', ...more }: { session?: string; ttlMs?: number; metadata?: Record<string, unknown> } = {}): Promise<Outcomes['renew']> {
    return this.do(session, { kind: 'renew', leaseIdHash: idHash(id), ...more });
  }

  release(id: string, session = 's'): Promise<Outcomes['release']> {
    return this.do(session, { kind: 'release', leaseIdHash: idHash(id) });
  }

  inspect(session = 's'): Promise<Outcomes['inspect']> {
    return this.do(session, { kind: 'inspect' });
  }

  askYield(asking: Partial<Omit<AskYield, 'kind'>> = {}, session = 's'): Promise<Outcomes['yield']> {
    return this.do(session, { kind: 'yield', by: 'operator', ...asking });
  }

  list(query: Partial<LeaseQuery> = {}): Promise<LeasePage> {
    return this.store.list({ namespace: NAMESPACE, limit: 100, ...query });
  }

  /** The process is killed, and another starts on the same file after `downMs`, its wall clock stepped by `stepMs` meanwhile. */
  async crashAndStart(file: string, { downMs = 1_000, stepMs = 0 } = {}): Promise<StoreScene> {
    this.writer.crash();
    const { wallUs } = this.clock.now();
    return StoreScene.start(file, new FakeClock({ monoMs: 5_000, wallUs: wallUs + (downMs + stepMs) * 1_000 }));
  }
}
