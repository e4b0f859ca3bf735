/** What the checker may assume of a run. */
export interface CheckOptions {
  /** Rounding of the store's clock, and the like: how much two spans may differ. Default 2 ms; 0 for a run with exact times. */
  readonly slackMs: number;
  /** How long after it was sent, or given up, an unanswered request may still be carried out. Default 10 s. */
  readonly lateMs: number;
  /** When an acquire without `queuedMs` is taken to have its ticket, counted from its sending. By default it is not judged. */
  readonly arrivalMs: number;
  /**
   * Whether an acquire is taken to have had its ticket `waitedMs` before its answer was here, as the store told: by one clock, whichever
   * instances were asked. By default that is not used.
   */
  readonly countsBack: boolean;
  /** Within what waiters are served in the order of their arrival: the whole store, or each instance. Default: the store. */
  readonly orderWithin: 'store' | 'instance';
  /** How late an expiry may be acted on (L1). Default 250 ms. */
  readonly promptMs: number;
  /** Within what, beside its wait, a request is answered or fails (L4). By default it is not judged. */
  readonly deadlineMs: number;
}

export const DEFAULTS: CheckOptions = { slackMs: 2, lateMs: 10_000, arrivalMs: Infinity, countsBack: false, orderWithin: 'store', promptMs: 250, deadlineMs: Infinity };

/** The promises' own numbers, written down a second time on purpose: the checker does not ask the code it judges. */
export const OFFER_MS = 5_000;
export const TICKET_GRACE_MS = 5_000;
export const VANISHED_MS_MAX = 65_000;
export const ENDED_ID_MS = 15 * 60_000;
export const ENDED_IDS_MAX = 1_000;
