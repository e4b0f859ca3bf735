/** What a node is asked for that is filed there. It may be behind, or ahead by what came to nothing: each session that is found is looked at by majority. */
import type { ListedPlace, SessionName } from '../../session/store.ts';
import type { Namespace, ReplyState, SessionKey } from '../../session/types.ts';

/** In order; `isCut` where there may be more behind the last. */
export interface FiledPage<Place> {
  readonly places: readonly Place[];
  readonly isCut: boolean;
}

export interface UsageFiled {
  readonly namespace: Namespace;
  /** Leases, parked, sending, unknown, dead, bytes. */
  readonly counts: readonly number[];
}

export interface UsagesFiled {
  readonly namespaces: readonly UsageFiled[];
  /** When the oldest undelivered reply was parked, by the store's clock. */
  readonly oldestReplyAtMs: number | undefined;
}

export interface ListingPort {
  /** In byte order of the keys. */
  leasedKeys(asked: { readonly namespace: Namespace; readonly prefix: string; readonly after: string; readonly limit: number }): Promise<FiledPage<SessionKey>>;
  /** By time, key and number. */
  replyPlaces(asked: { readonly namespace: Namespace; readonly state: ReplyState | undefined; readonly after: ListedPlace | undefined; readonly limit: number }): Promise<FiledPage<ListedPlace>>;
  /** Sessions that the courier may come for until then, by time and key; their numbers are 0. */
  courierPlaces(asked: { readonly namespace: Namespace; readonly untilMs: number; readonly after: ListedPlace | undefined; readonly limit: number }): Promise<FiledPage<ListedPlace>>;
  /** Sessions that have to be looked at until then, and those whose lease is over on this node: so many of each, the earliest first. */
  dueSessions(untilMs: number, limit: number): Promise<readonly SessionName[]>;
  /** Sessions that may be forgotten by then, the earliest first. */
  forgettableSessions(untilMs: number, limit: number): Promise<readonly SessionName[]>;
  usages(): Promise<UsagesFiled>;
  payload(name: SessionName, payloadName: string): Promise<string | undefined>;
}
