/** The port behind which leases and replies live. Contention is a value in the outcomes; only faults are thrown, as `StoreUnavailableError`. */
import type { Command, OutcomeOf, SessionEvent, SessionView, Wake } from './commands.ts';
import type { ReplyUnknown, ReplyView, ToldReply } from './replies/commands.ts';
import type { LeaseIdHash, Namespace, ReplyId, ReplyState, SessionKey } from './types.ts';
import type { StoreUsage } from './usage.ts';

/** A session is named by both, everywhere. */
export interface SessionName {
  readonly namespace: Namespace;
  readonly key: SessionKey;
}

export interface Renewal {
  readonly key: SessionKey;
  readonly leaseIdHash: LeaseIdHash;
  readonly ttlMs?: number | undefined;
}

export interface LeaseQuery {
  readonly namespace: Namespace;
  /** Keys that begin with this, compared as UTF-8 bytes. */
  readonly prefix?: string | undefined;
  /** Leases of exactly this holder. */
  readonly holder?: string | undefined;
  readonly limit: number;
  /** Only keys after this one. */
  readonly after?: string | undefined;
}

export interface LeasePage {
  /** In byte order of the key. */
  readonly leases: readonly { readonly key: SessionKey; readonly view: SessionView }[];
  /** The last key that was looked at; present when there may be more. A page may be short, or empty, and still have it. */
  readonly nextAfter?: SessionKey;
}

/** A place in a listing of replies across sessions. What the numbers mean is the store's affair; callers hand them back as they are. */
export interface ListedPlace {
  readonly atMs: number;
  readonly key: SessionKey;
  readonly number: number;
}

export interface ReplyQuery {
  readonly namespace: Namespace;
  readonly state?: ReplyState | undefined;
  /** At most one reply a session: its head, once due, and only while the session has neither live lease nor waiter. */
  readonly due: boolean;
  readonly limit: number;
  /** Only what is listed behind this place. */
  readonly after?: ListedPlace | undefined;
}

export interface ReplyPage {
  /** By the time when each is due (settled ones: was settled), then by key. */
  readonly replies: readonly { readonly key: SessionKey; readonly reply: ReplyView }[];
  /** The last place that was looked at; present when there may be more. A page may be short, or empty, and still have it. */
  readonly nextAfter?: ListedPlace;
}

/** A reply with its payload as JSON text, which a delivered one has not any more. */
export type StoredReply = ToldReply & { readonly payload?: string };

export interface StoreListener {
  /** An answer for a connection that waits in this process. */
  onWake(wake: Wake): void;
  /** Something that happened, told once what made it happen is durable. `isOwn`: this instance caused it, or found it due; each event is one instance's own. */
  onEvent(name: SessionName, event: SessionEvent, isOwn: boolean): void;
}

/** How one background loop or dependency is doing, for `/readyz`. */
export interface StoreCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  /** Of a loop: how often it has gone round. */
  readonly rounds?: number;
  /** The store does without it: an instance is ready all the same. */
  readonly isSpare?: boolean;
}

export type StoreKind = 'embedded' | 'redis' | 'quorum';

/** Something about this very store that weakens a promise, and that the operator accepted by its name. */
export interface AcceptedRisk {
  readonly name: string;
  /** What it costs, in one sentence for the operator. */
  readonly cost: string;
}

export interface LeaseStore {
  readonly kind: StoreKind;
  /** Names the state, not the process: the same after a restart, another after the state was lost. */
  readonly storeId: string;
  /** The risks that are run just now. They may change whenever the store has been away. */
  readonly acceptedRisks: readonly AcceptedRisk[];
  readonly usage: StoreUsage;
  /** How often this instance has found that state was gone which it had seen. */
  readonly lossesSeen: number;
  /** Carries out one command. Resolves when the state that the outcome was computed from is durable. */
  apply<C extends Command>(name: SessionName, command: C): Promise<OutcomeOf<C>>;
  /** Renews many leases of one namespace; same order. `undefined` is no verdict: the lease may still be renewed until it expires. */
  renewAll(namespace: Namespace, renewals: readonly Renewal[]): Promise<readonly (OutcomeOf<{ kind: 'renew' } & Command> | undefined)[]>;
  list(query: LeaseQuery): Promise<LeasePage>;
  /** One reply and its payload. */
  readReply(name: SessionName, replyId: ReplyId): Promise<StoredReply | ReplyUnknown>;
  /** Replies across the sessions of a namespace. */
  listReplies(query: ReplyQuery): Promise<ReplyPage>;
  /** Where wakes and events go. Called once, before the first command. */
  listen(listener: StoreListener): void;
  checks(): readonly StoreCheck[];
  /** Finishes what was begun and lets go of everything. Leases stay alive. */
  close(): Promise<void>;
}
