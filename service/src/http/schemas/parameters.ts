/** What stands in a request's address and headers. */
import { Type } from '@fastify/type-provider-typebox';
import { FENCING_TOKEN_MAX, LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from '../../session/limits.ts';
import { LEASE_ID_PATTERN } from './fields.ts';
import { replyId, replyState } from './reply-fields.ts';

const strict = { additionalProperties: false } as const;

const session = Type.String({
  description:
    'The session key, percent-encoded: 1 to 512 bytes of UTF-8 without control characters, not `.` or `..`. A key that begins with `~`, or that proxies would mangle, is given as `~` and its unpadded base64url form.',
  examples: ['agent:main:feishu:group:oc_1'],
});

export const sessionParams = Type.Object({ session });
export const replyParams = Type.Object({ session, replyId });

const leaseId = (description: string, examples: string[] = []) => Type.String({ pattern: LEASE_ID_PATTERN, description, ...(examples.length > 0 && { examples }) });

export const leaseIdHeaders = Type.Object({
  'Lease-Id': leaseId('The id of this lease, minted by the client with at least 128 random bits: 22 to 128 of `A-Za-z0-9_-`. A secret.', ['q1sVb6cYz0aH3kJm8TnPxw']),
});

/** For what the live holder may do, and an operator as well. Without an example: Swagger UI would send it, and an operator has no lease. */
export const optionalLeaseIdHeaders = Type.Object({
  'Lease-Id': Type.Optional(leaseId('The id of the live lease on the session, 22 to 128 of `A-Za-z0-9_-`. An operator has none, and leaves it out.')),
});

// Without examples: a page to try things out on would fill them in, and find nothing.
const prefix = Type.String({ description: 'Only sessions whose key begins with this, such as `agent:main:`.' });
const holder = Type.String({ description: 'Only leases of exactly this holder, such as `gateway-2/pid 71`.' });

const limit = Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX, description: `How many to give at most; ${LIST_LIMIT_DEFAULT} unless given.`, examples: [LIST_LIMIT_DEFAULT] });
const page = { limit: Type.Optional(limit), cursor: Type.Optional(Type.String({ description: 'The `nextCursor` of the page before.' })) };
const state = Type.Optional(replyState);

export const listQuery = Type.Object({ prefix: Type.Optional(prefix), holder: Type.Optional(holder), ...page }, strict);

export const sessionRepliesQuery = Type.Object({ state, ...page }, strict);

export const repliesQuery = Type.Object(
  {
    state,
    due: Type.Optional(
      Type.Boolean({
        description: 'With `true`, at most one reply a session: the one to attempt next, once it is due, and only while the session has neither live lease nor waiter.',
      }),
    ),
    ...page,
  },
  strict,
);

export const eventsQuery = Type.Object({ prefix: Type.Optional(prefix), holder: Type.Optional(holder) }, strict);

export const fenceQuery = Type.Object(
  {
    token: Type.Integer({ minimum: 1, maximum: FENCING_TOKEN_MAX, description: 'The fencing token to judge.', examples: [1_760_000_000_000_001] }),
  },
  strict,
);

export const noQuery = Type.Object({}, strict);

export const codeParams = Type.Object({ code: Type.String({ description: 'The `code` of a problem.', examples: ['lease-held'] }) });
