/** Goes on with a lease that another process, or another worker, acquired. */
import { asRenewal } from './answers.ts';
import type { Assembly } from './assembly.ts';
import { InvalidRequestError, LeaseLostError, StoreMismatchError } from './errors.ts';
import type { Holding } from './holding.ts';
import { checkExported } from './option-checks.ts';
import type { AdoptOptions, ExportedLease } from './options.ts';
import { refusalIn } from './problem.ts';
import { repeat } from './repeat.ts';
import { leasePath } from './session-path.ts';
import { validityOf } from './validity.ts';

type Parts = Pick<Assembly, 'acquisition' | 'transport' | 'held'>;

/** Renews first: what the other one knew of the lease is of no use here, where time is counted anew. */
export const adoptLease = async ({ acquisition, transport, held }: Parts, exported: ExportedLease, options: AdoptOptions, signal: AbortSignal): Promise<Holding> => {
  checkExported(exported);
  const { session, leaseId, holder, fencingToken, storeId } = exported;
  if (storeId !== undefined) expectStore(transport, storeId);
  const call = { method: 'POST', path: leasePath(session, '/renew'), leaseId, body: {}, purpose: 'calls', signal } as const;
  const { status, body, sent } = await repeat(acquisition, call, { withinMs: acquisition.requestTimeoutMs });
  if (status !== 200) {
    const refusal = refusalIn({ status, body }, session);
    throw refusal.code === 'lease-unknown' ? new LeaseLostError({ session, fencingToken }, { cause: refusal }) : refusal;
  }
  signal.throwIfAborted();
  const renewal = asRenewal(body);
  if (renewal.fencingToken !== fencingToken) throw new InvalidRequestError('The exported fencing token is not that of the exported lease id.');
  const { autoRenew = true, progressTimeoutMs } = options;
  const facts = { session, leaseId, holder, fencingToken, ttlMs: renewal.ttlMs, validity: validityOf(sent, renewal.remainingMs), waitedMs: 0 };
  const plan = { renewAtMs: sent.monoMs + renewal.renewAfterMs, unconfirmed: false };
  const holding = held.hold({ ...facts, previous: undefined, autoRenew, progressTimeoutMs, holdEndsAtMs: undefined }, plan);
  holding.notices.deliver(renewal, sent.monoMs);
  return holding;
};

const expectStore = (transport: Assembly['transport'], storeId: string): void => {
  transport.expectStore(storeId);
  if (transport.storeId === storeId) return;
  throw new StoreMismatchError(`The lease lives in the store ${storeId}; this client began with ${transport.storeId}.`, { outcome: 'not-applied' });
};
