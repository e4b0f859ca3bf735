/** What a caller is told when the outcome of its command is not what it asked for. */
import type { Outcomes } from '../session/commands.ts';
import { HoldfastError } from '../session/errors.ts';
import { REPLIES_BYTES_MAX, REPLIES_MAX } from '../session/limits.ts';
import type { Acquired } from '../session/service.ts';
import type { Quota } from '../session/usage.ts';

export type Refusal = Exclude<
  Acquired | Outcomes['renew' | 'release' | 'yield' | 'revoke' | 'park' | 'attempt' | 'replay' | 'discard'],
  { kind: 'granted' | 'renewed' | 'released' | 'asked' | 'revoked' | 'parked' | 'reply' }
>;

const QUOTA_WORDS: Readonly<Record<Quota, string>> = { leases: 'live leases', waiters: 'waiters', replies: 'undelivered and dead replies', bytes: 'bytes of undelivered and dead replies' };

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
    case 'quota-exceeded': {
      const { kind, ...members } = refusal;
      return notApplied(kind, `The namespace has the ${refusal.limit} ${QUOTA_WORDS[refusal.quota]} that it may have.`, members);
    }
    case 'lease-lost': {
      const { kind, ...members } = refusal;
      return notApplied(kind, `The lease ended: ${refusal.endedBecause}.`, members);
    }
    case 'lease-unknown':
      return notApplied(refusal.kind, 'The session has no lease of this id.');
    case 'lease-not-held':
      return notApplied(refusal.kind, 'Nobody holds the session.');
    case 'reply-unknown':
      return notApplied(refusal.kind, 'The session has no reply of this id.');
    case 'reply-settled':
      return notApplied(refusal.kind, `The reply is ${refusal.state}: nothing more can come of it.`, { state: refusal.state });
    case 'reply-not-next':
      return notApplied(refusal.kind, `The reply ${refusal.replyId} has to be attempted first.`, { replyId: refusal.replyId });
    case 'reply-sending':
      return notApplied(refusal.kind, 'An attempt to deliver the reply is under way; it ends with the lease of its taker at the latest.');
    case 'reply-id-reused':
      return notApplied(refusal.kind, 'This session knows the reply id with another payload or content type.');
    case 'replies-full': {
      const { kind, replies, bytes } = refusal;
      const limits = { repliesMax: REPLIES_MAX, bytesMax: REPLIES_BYTES_MAX };
      const detail = `The session has ${replies} undelivered replies of ${bytes} bytes; it may have ${REPLIES_MAX} of ${REPLIES_BYTES_MAX} bytes.`;
      return notApplied(kind, detail, { replies, bytes, ...limits });
    }
    case 'fencing-token-unknown':
      return notApplied(refusal.kind, 'fencingToken: is above all that were granted');
    case 'attempt-superseded':
      return notApplied(refusal.kind, `${refusal.attempts} attempts have begun.`, { attempts: refusal.attempts });
    case 'attempt-not-taken':
      return notApplied(refusal.kind, 'This lease has no attempt under way that it could settle.');
  }
};
