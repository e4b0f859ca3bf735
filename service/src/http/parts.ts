/** What the HTTP side is made of. Each plugin and route is handed these, and takes what it needs. */
import type { AccessControl } from '../access/access.ts';
import type { Clock } from '../clock.ts';
import type { EventLog } from '../session/event-log.ts';
import type { LeaseService } from '../session/service.ts';
import type { LeaseStore } from '../session/store.ts';
import type { LeaseId, LeaseIdHash, PayloadHash } from '../session/types.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Rates } from './budgets.ts';
import type { TtlBounds } from './limits.ts';

/** Whether this instance is going away. */
export interface Lifecycle {
  stopping: boolean;
}

export interface HttpParts {
  readonly leases: LeaseService;
  readonly events: EventLog;
  readonly store: LeaseStore;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly hashLeaseId: (leaseId: LeaseId) => LeaseIdHash;
  /** The payload is JSON text. */
  readonly hashPayload: (contentType: string, payload: string) => PayloadHash;
  readonly bounds: TtlBounds;
  readonly version: string;
  readonly lifecycle: Lifecycle;
  readonly access: AccessControl;
  /** What one key may send to this instance. */
  readonly rates: Rates;
  /** Whether requests are refused while the event loop is late. */
  readonly sheds: boolean;
  /** How many event streams may be open at once. */
  readonly eventStreamsMax: number;
}
