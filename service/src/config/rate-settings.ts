/** How many requests a key may send, and how much a namespace may have. */
import { RATE_MAX, RATES_DEFAULT, type Budget } from '../http/budgets.ts';
import { QUOTA_MAX, QUOTAS_DEFAULT } from '../session/limits.ts';
import type { Quota } from '../session/usage.ts';
import type { NamedNumbers } from './named-numbers.ts';

export const RATES: NamedNumbers<Budget> = { defaults: RATES_DEFAULT, max: RATE_MAX, range: `1 to ${RATE_MAX} a second`, example: 'take=500,keep=2000' };

export const QUOTA_NUMBERS: NamedNumbers<Quota> = { defaults: QUOTAS_DEFAULT, max: QUOTA_MAX, range: `1 to ${QUOTA_MAX}`, example: 'leases=1000,waiters=5000' };
