/** Members that several requests and answers share, each with its limits, its meaning and an example. */
import { Type } from '@fastify/type-provider-typebox';
import {
  FENCING_TOKEN_MAX,
  GRACE_MS_MAX,
  MAX_HOLD_MS_DEFAULT,
  MAX_HOLD_MS_MAX,
  MAX_HOLD_MS_MIN,
  METADATA_BYTES_MAX,
  NAME_CHARS_MAX,
  REASON_CHARS_MAX,
  WAITERS_MAX,
  WAIT_MS_MAX,
} from '../../session/limits.ts';
import type { Metadata } from '../../session/types.ts';
import type { TtlBounds } from '../limits.ts';

/** No control characters (they forge log lines) and no unpaired surrogates (they do not survive UTF-8). */
export const NAME_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\p{Cs}]*$';
/** Reasons may have several lines. */
export const TEXT_PATTERN = '^\\P{Cs}*$';
export const LEASE_ID_PATTERN = '^[A-Za-z0-9_-]{22,128}$';

const name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: NAME_CHARS_MAX, pattern: NAME_PATTERN, description, examples: [example] });

const ms = (minimum: number, maximum: number, description: string) => Type.Integer({ minimum, maximum, description });

export const span = (description: string) => Type.Integer({ minimum: 0, description });

export const holder = name('Who asks, in words an operator can read. It grants no authority.', 'gateway-2/pid 71');
export const by = name('Who asks for this.', 'operator anna');
export const reason = Type.String({ maxLength: REASON_CHARS_MAX, pattern: TEXT_PATTERN, description: 'Why, in words.', examples: ['a newer message has arrived'] });
export const plainKey = Type.String({ description: 'The session key, plain.', examples: ['agent:main:feishu:group:oc_1'] });
export const leaseId = Type.String({
  pattern: LEASE_ID_PATTERN,
  description: 'The lease id that this client minted: 22 to 128 of `A-Za-z0-9_-`. Secret.',
});
export const metadata = Type.Unsafe<Metadata>({
  type: 'object',
  additionalProperties: true,
  description: `Any JSON object of at most ${METADATA_BYTES_MAX} bytes. Durable, and handed to the next holder as \`previous.metadata\`.`,
  examples: [{ draftMessageId: 'om_8f2' }],
});

export const ttlMs = ({ ttlMsMin, ttlMsMax }: TtlBounds) => ms(ttlMsMin, ttlMsMax, 'How long the lease lives without a renewal.');
export const waitMs = ms(0, WAIT_MS_MAX, 'How long to wait for a held session. 0, the default, does not wait and takes no place in the queue.');
export const maxHoldMs = ms(
  MAX_HOLD_MS_MIN,
  MAX_HOLD_MS_MAX,
  `Ends the lease however often it is renewed. ${MAX_HOLD_MS_DEFAULT} unless given.`,
);
export const graceMs = ms(0, GRACE_MS_MAX, 'With it, renewals no longer extend the lease past this span or its current expiry, whichever is later.');
export const maxWaiters = Type.Integer({ minimum: 0, maximum: WAITERS_MAX, description: 'Do not wait if so many of the same class wait already.' });
export const background = Type.Boolean({ description: 'Waits behind the foreground, and is asked to yield to it. False unless given.' });

export const fencingToken = Type.Integer({
  minimum: 1,
  maximum: FENCING_TOKEN_MAX,
  description: 'Strictly increasing, one per grant: what the resource compares.',
  examples: [1_760_000_000_000_001],
});
export const endedBecause = Type.Enum(['released', 'expired', 'preempted', 'revoked', 'max-hold'], { type: 'string', description: 'Why the lease ended.' });
export const remainingMs = span('How long the lease still lives, counted when the answer was computed.');
export const grantedTtlMs = span('How long the lease lives after a renewal.');
export const renewAfterMs = span('Renew after this span. 0 for an offer: confirm it now.');
export const waitersCount = Type.Integer({ minimum: 0, maximum: WAITERS_MAX, description: 'How many wait for the session.' });
export const parkedReplies = Type.Integer({ minimum: 0, description: 'Replies of the session that are not delivered yet.' });
