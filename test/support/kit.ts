/** The testing kit as our own tests use it: a service of their own and clients on its clock, all of which close with the test. */
import { once } from 'node:events';
import { LeaseClient, type LeaseClientOptions, type LeaseLostError } from '../../client/src/index.ts';
import { startHoldfast, type Holdfast, type StartOptions } from '../../service/src/testing.ts';
import { within } from './until.ts';

interface TestContext {
  teardown(end: () => Promise<void>): void;
}

export interface Kit {
  readonly holdfast: Holdfast;
  client(holder: string, options?: Partial<LeaseClientOptions>): LeaseClient;
}

export const startKit = async (t: TestContext, options?: StartOptions): Promise<Kit> => {
  const holdfast = await startHoldfast(options);
  t.teardown(() => holdfast.close());
  const client: Kit['client'] = (holder, more = {}) => {
    const made = new LeaseClient({ baseUrl: holdfast.url, clock: holdfast.clock, holder, random: () => 0, ...more });
    t.teardown(() => made.close());
    return made;
  };
  return { holdfast, client };
};

/** Why a lease was lost, once its holder knows. */
export const lossOf = async ({ signal }: { readonly signal: AbortSignal }): Promise<LeaseLostError> => {
  if (!signal.aborted) await within('the loss is told', once(signal, 'abort'));
  return signal.reason as LeaseLostError;
};
