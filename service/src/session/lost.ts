/** What is answered to a lease id that does not hold the session. */
import type { EndedBecause, FencingToken } from './types.ts';

export interface LeaseLost {
  readonly kind: 'lease-lost';
  readonly fencingToken: FencingToken;
  readonly currentToken?: FencingToken;
  readonly endedBecause: EndedBecause;
  /** Who holds the session now or, of those after you, held it last. */
  readonly successor?: { readonly holder: string };
}

export interface LeaseUnknown {
  readonly kind: 'lease-unknown';
}
