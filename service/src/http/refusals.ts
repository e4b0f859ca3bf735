/** What a caller is told when the outcome of its command is not what it asked for. */
import type { Outcomes } from '../session/commands.ts';
import { HoldfastError } from '../session/errors.ts';
import type { Acquired } from '../session/service.ts';

export type Refusal = Exclude<
  Acquired | Outcomes['renew'] | Outcomes['release'] | Outcomes['yield'] | Outcomes['revoke'],
  { kind: 'granted' | 'renewed' | 'released' | 'asked' | 'revoked' }
>;

/** Refusals changed nothing that the caller asked for: each says so. */
const notApplied = (code: Refusal['kind'], detail: string, members: Record<string, unknown> = {}): HoldfastError =>
  new HoldfastError(code, detail, { outcome: 'not-applied', members });

export const refusalError = (refusal: Refusal): HoldfastError => {
  switch (refusal.kind) {
    case 'lease-held': {
      const { kind, ...members } = refusal;
      return notApplied(kind, `The session is held by ${JSON.stringify(refusal.holder)}.`, members);
    }
    case 'lease-ended':
      return notApplied(refusal.kind, 'A lease of this id has ended, or was given up before it began. Mint a new lease id.');
    case 'lease-id-reused':
      return notApplied(refusal.kind, 'This session knows the lease id with another holder. Mint a new lease id.');
    case 'waiters-full':
      return notApplied(refusal.kind, `${refusal.waiters} wait for the session already.`, { waiters: refusal.waiters });
    case 'lease-lost': {
      const { kind, ...members } = refusal;
      return notApplied(kind, `The lease ended: ${refusal.endedBecause}.`, members);
    }
    case 'lease-unknown':
      return notApplied(refusal.kind, 'The session has no lease of this id.');
    case 'lease-not-held':
      return notApplied(refusal.kind, 'Nobody holds the session.');
  }
};
