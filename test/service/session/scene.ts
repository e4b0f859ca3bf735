/** One session, played step by step: each call carries out one command at the scene's own time, which only the test moves. */
import { apply } from '../../../service/src/session/apply.ts';
import type { Acquire, AskYield, Command, OutcomeOf, Outcomes, Renew, SessionEvent, Wake } from '../../../service/src/session/commands.ts';
import { EMPTY_SESSION, type ConnectionId, type FencingToken, type LeaseIdHash, type Session } from '../../../service/src/session/types.ts';

export const idHash = (name: string): LeaseIdHash => name as LeaseIdHash;
export const connectionId = (name: string): ConnectionId => name as ConnectionId;
export const fencingToken = (token: number): FencingToken => token as FencingToken;

export type AcquireTerms = Partial<Omit<Acquire, 'kind' | 'leaseIdHash' | 'connection'>> & { readonly connection?: string };

export class Scene {
  session: Session = EMPTY_SESSION;
  floor = fencingToken(0);
  nowMs = 1_000_000;
  wallUs = 1_700_000_000_000_000;
  /** What the last command told others. */
  wakes: readonly Wake[] = [];
  events: readonly SessionEvent[] = [];

  do<C extends Command>(command: C): OutcomeOf<C> {
    const applied = apply(this.session, this.floor, command, { monoMs: this.nowMs, wallUs: this.wallUs });
    this.session = applied.session;
    this.floor = applied.floor;
    this.wakes = applied.wakes;
    this.events = applied.events;
    return applied.outcome;
  }

  /** Time passes, and nobody looks. */
  pass(ms: number): this {
    this.nowMs += ms;
    this.wallUs += ms * 1000;
    return this;
  }

  /** Time passes, and the shell looks once, at the end of it. */
  passAndTick(ms: number): this {
    this.pass(ms).do({ kind: 'tick' });
    return this;
  }

  /** By default for 30 s, without waiting, from a connection named after the id. */
  acquire(id: string, terms: AcquireTerms = {}): Outcomes['acquire'] {
    const { connection = `to ${id}`, ...more } = terms;
    const defaults = { holder: `holder of ${id}`, ttlMs: 30_000, waitMs: 0, background: false, maxHoldMs: 4 * 3_600_000 };
    return this.do({ kind: 'acquire', leaseIdHash: idHash(id), connection: connectionId(connection), ...defaults, ...more });
  }

  /** An acquire that waits, for a minute by default. */
  wait(id: string, terms: AcquireTerms = {}): Outcomes['acquire'] {
    return this.acquire(id, { waitMs: 60_000, ...terms });
  }

  renew(id: string, terms: Partial<Pick<Renew, 'ttlMs' | 'metadata'>> = {}): Outcomes['renew'] {
    return this.do({ kind: 'renew', leaseIdHash: idHash(id), ...terms });
  }

  release(id: string): Outcomes['release'] {
    return this.do({ kind: 'release', leaseIdHash: idHash(id) });
  }

  disconnect(id: string, connection = `to ${id}`): void {
    this.do({ kind: 'disconnect', leaseIdHash: idHash(id), connection: connectionId(connection) });
  }

  askYield(asking: Partial<Omit<AskYield, 'kind'>> = {}): Outcomes['yield'] {
    return this.do({ kind: 'yield', by: 'operator', ...asking });
  }

  revoke(): Outcomes['revoke'] {
    return this.do({ kind: 'revoke' });
  }

  inspect(): Outcomes['inspect'] {
    return this.do({ kind: 'inspect' });
  }

  fence(token: number): Outcomes['fence'] {
    return this.do({ kind: 'fence', fencingToken: fencingToken(token) });
  }

  /** Acquires a lease that must be granted at once, and gives its fencing token. */
  take(id: string, terms: AcquireTerms = {}): FencingToken {
    const outcome = this.acquire(id, terms);
    if (outcome.kind !== 'granted') throw new Error(`${id} was not granted the session: ${outcome.kind}`);
    return outcome.fencingToken;
  }

  /** The ids that wait, in the order in which they will be served. */
  get queue(): readonly string[] {
    return this.session.waiters.map(({ leaseIdHash }) => leaseIdHash);
  }

  /** The id that holds the session. */
  get holding(): string | undefined {
    return this.session.lease?.leaseIdHash;
  }
}
