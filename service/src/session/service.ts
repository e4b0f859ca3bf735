/** The use cases, as a transport calls them: waits are joined to their answers, every call has a deadline. */
import type { Clock } from '../clock.ts';
import type { Acquire, Command, OutcomeOf, Outcomes, Wake } from './commands.ts';
import { HoldfastError, StoreUnavailableError } from './errors.ts';
import { REQUEST_DEADLINE_MS } from './limits.ts';
import type { Park } from './replies/commands.ts';
import type { LeasePage, LeaseQuery, LeaseStore, Renewal, ReplyPage, ReplyQuery, SessionName } from './store.ts';
import type { ConnectionId, Namespace, ReplyId } from './types.ts';
import { usedUp, type Quotas, type UsedUp } from './usage.ts';

/** What an acquire comes to once it is no longer waiting. */
export type Acquired = Exclude<Outcomes['acquire'], { kind: 'waiting' }>;

/** The caller's end of a request: `onClose` calls back, at once or later, when nobody is there to be answered. */
export interface Caller {
  readonly closed: boolean;
  onClose(listener: () => void): void;
}

/** A request that waits. It is emptied when it is answered: a map lets go of what was deleted from it only when memory is next cleared thoroughly. */
interface Pending {
  answer: { settle(outcome: Acquired): void; refuse(error: Error): void } | undefined;
}

export class LeaseService {
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #connectionPrefix: string;
  readonly #quotas: Quotas;
  readonly #waiting = new Map<ConnectionId, Pending>();
  #connections = 0;
  #stopping = false;

  /** @param instanceId unique to this process, so that its connections are nobody else's */
  constructor(parts: { store: LeaseStore; clock: Clock; instanceId: string; quotas: Quotas }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#connectionPrefix = parts.instanceId;
    this.#quotas = parts.quotas;
  }

  /** Takes a wake from the store to the request that waits for it. */
  wake({ connection, outcome }: Wake): void {
    this.#waiting.get(connection)?.answer?.settle(outcome);
  }

  /** Takes a lease, waiting for it up to `waitMs`. Resolves even if the caller has gone; what that means for the lease is settled first. */
  async acquire(name: SessionName, request: Omit<Acquire, 'kind' | 'connection' | 'usedUp'>, caller: Caller): Promise<Acquired> {
    const connection = `${this.#connectionPrefix}:${++this.#connections}` as ConnectionId;
    const command: Acquire = { kind: 'acquire', ...request, connection, usedUp: this.#usedUp(name) };
    const pending: Pending = { answer: undefined };
    const leave = (): void => {
      this.#leave(name, command);
    };
    try {
      if (this.#stopping) throw stopping('not-applied');
      const acquired = await this.#answer<Acquired>(request.waitMs, (settle, refuse) => {
        // The request waits before the command is sent: a wake can overtake the command's own outcome.
        pending.answer = { settle, refuse };
        this.#waiting.set(connection, pending);
        this.#store.apply(name, command).then((outcome) => {
          if (outcome.kind === 'waiting') caller.onClose(leave);
          else settle(outcome);
        }, refuse);
      });
      if (caller.closed && acquired.kind === 'granted') leave();
      return acquired;
    } catch (error) {
      // Whatever became of the command, this connection will not tell it.
      leave();
      throw error;
    } finally {
      this.#waiting.delete(connection);
      pending.answer = undefined;
    }
  }

  /** Tells the store that nobody is at this connection any more. A failure costs nothing: tickets and leases end by themselves. */
  #leave(name: SessionName, { leaseIdHash, connection }: Acquire): void {
    this.#store.apply(name, { kind: 'disconnect', leaseIdHash, connection }).catch(() => {});
  }

  /** Carries out any command that is answered at once. */
  run<C extends Exclude<Command, Acquire | Park>>(name: SessionName, command: C): Promise<OutcomeOf<C>> {
    return this.#withDeadline(this.#store.apply(name, command));
  }

  park(name: SessionName, reply: Omit<Park, 'kind' | 'usedUp'>): Promise<OutcomeOf<Park>> {
    return this.#withDeadline(this.#store.apply(name, { kind: 'park', ...reply, usedUp: this.#usedUp(name, reply.payloadBytes) }));
  }

  #usedUp({ namespace }: SessionName, payloadBytes?: number): UsedUp | undefined {
    return usedUp(this.#store.usage.of(namespace), this.#quotas, payloadBytes);
  }

  renewAll(namespace: Namespace, renewals: readonly Renewal[]): ReturnType<LeaseStore['renewAll']> {
    return this.#withDeadline(this.#store.renewAll(namespace, renewals));
  }

  list(query: LeaseQuery): Promise<LeasePage> {
    return this.#withDeadline(this.#store.list(query));
  }

  readReply(name: SessionName, replyId: ReplyId): ReturnType<LeaseStore['readReply']> {
    return this.#withDeadline(this.#store.readReply(name, replyId));
  }

  listReplies(query: ReplyQuery): Promise<ReplyPage> {
    return this.#withDeadline(this.#store.listReplies(query));
  }

  /** Answers all who wait, so that they go elsewhere; their tickets live on by their grace. */
  stop(): void {
    this.#stopping = true;
    for (const { answer } of this.#waiting.values()) answer?.refuse(stopping('unknown'));
  }

  /** What `ask` settles with, or is refused with, unless the deadline comes first. One promise a request: this is the hot path. */
  #answer<T>(waitMs: number, ask: (settle: (value: T) => void, refuse: (error: Error) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadlineMs = REQUEST_DEADLINE_MS + waitMs;
      const timer = this.#clock.after(deadlineMs, () => {
        reject(new StoreUnavailableError(`The store did not answer within ${deadlineMs} ms.`, 'unknown'));
      });
      const settle = (value: T): void => {
        timer.cancel();
        resolve(value);
      };
      const refuse = (error: Error): void => {
        timer.cancel();
        reject(error);
      };
      ask(settle, refuse);
    });
  }

  #withDeadline<T>(work: Promise<T>): Promise<T> {
    return this.#answer(0, (settle, refuse) => void work.then(settle, refuse));
  }
}

const stopping = (outcome: 'not-applied' | 'unknown'): HoldfastError =>
  new HoldfastError('shutting-down', 'This instance is shutting down; another may answer.', { outcome });
