/** One node of the quorum, as the store talks to it: each call is answered within the deadline, or rejects with `NodeSilentError`. */
import type { SessionName } from '../../session/store.ts';
import type { Ballot, Proposer } from './rules/ballot.ts';
import type { Effect, NodeAnswer, Proposal } from './rules/register.ts';

/** The node gave no answer, or is no member: no vote. `wasSent`: what was asked may have been done, or may yet be. */
export class NodeSilentError extends Error {
  override readonly name = 'NodeSilentError';
  readonly wasSent: boolean;

  constructor(message: string, wasSent: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.wasSent = wasSent;
  }
}

/** What a node files a session under, beside its register, so that it can be listed: replaced as a whole by each write. */
export interface Filed {
  /** The session has a lease. */
  readonly isLeased: boolean;
  /** When the session has to be looked at again, by the store's clock; undefined if never. */
  readonly dueAtMs: number | undefined;
  /** Replies that are listed across sessions: where, under which state, and which is the due head of its session. */
  readonly replies: readonly { readonly number: number; readonly state: string; readonly atMs: number }[];
  /** What the courier may come for: when. */
  readonly courierDueAtMs: number | undefined;
  /** Counted per namespace: leases, parked, sending, unknown, dead, bytes. */
  readonly usage: readonly number[];
  /** When the oldest undelivered reply was parked, by the store's clock. */
  readonly oldestReplyAtMs: number | undefined;
  /** From when on it may be forgotten, by the store's clock; undefined while it is in use. */
  readonly forgettableAtMs: number | undefined;
}

/** A state is JSON text here. */
export type Told = NodeAnswer<string>;

export interface AcceptRequest {
  readonly proposal: Proposal<string>;
  readonly effect: Effect;
  readonly filed: Filed;
  /** Payloads that the state refers to from now on, and those that it does not any more, each by a name of its own: proposers that lost may have left others under the same number. */
  readonly payloads?: { readonly put: readonly (readonly [name: string, payload: string])[]; readonly drop: readonly string[] };
}

export interface NodePort {
  /** For people: host and port. */
  readonly shown: string;
  /** Whether it is asked at all: connected, a member, and not silent since a probe last succeeded. */
  readonly isVoting: boolean;
  /** What is to be added to this process's monotonic milliseconds to get the node's wall clock in milliseconds, as last seen. Undefined before the first answer. */
  readonly clockOffsetMs: number | undefined;
  prepare(name: SessionName, number: number, by: Proposer): Promise<Told>;
  accept(name: SessionName, request: AcceptRequest): Promise<Told>;
  renew(name: SessionName, ballot: Ballot, by: Proposer, ttlMs: number): Promise<Told>;
  read(name: SessionName): Promise<Told>;
  repair(name: SessionName, request: AcceptRequest, notAfterMs: number): Promise<Told>;
  forget(name: SessionName, ballot: Ballot): Promise<Told>;
}
