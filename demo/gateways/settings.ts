/** What both kinds of gateway are told when they are started. */
import type { GatewayName } from '../workload/plan.ts';

export interface GatewaySettings {
  readonly name: GatewayName;
  /** The folder with the inbox, the transcripts and the events. Both gateways share it. */
  readonly folder: string;
  readonly providerUrl: string;
  readonly channelUrl: string;
  /** Both kinds of gateway try a call as often, with the same back-off. */
  readonly retries: RetrySettings;
}

export interface RetrySettings {
  /** Attempts in all. */
  readonly attempts: number;
  /** Back-off before the second attempt; it doubles from there, up to `pauseMsMax`. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
}

/** What a gateway does with its inbox, again and again: this far apart, in milliseconds. */
export const INBOX_EVERY_MS = 20;
