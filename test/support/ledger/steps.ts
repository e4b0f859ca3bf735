/** What a client does next with a session, what answer it wants, and what is so once it was answered. Every step changes what the service has to keep. */
import { newLeaseId, type Answer, type LeaseApi } from '../lease-api.ts';
import type { SessionFacts, SessionRecord } from './record.ts';
import { abandoned } from './replies.ts';
import { nextReplyStep } from './reply-steps.ts';

export interface Step {
  /** What it is counted as. */
  readonly name: string;
  /** The status that acknowledges it. */
  readonly status: number;
  readonly leaseId: string;
  send(api: LeaseApi): Promise<Answer>;
  /** The facts once it was carried out; the token of a grant is known only from its answer. */
  factsAfter(answer?: Answer): SessionFacts;
}

/** Longer than any run: leases of these sessions end by command alone. */
const TTL_MS = 3_600_000;
const HOLDER = 'ledger';

const acquire = ({ session, acknowledged }: SessionRecord, draft: number): Step => {
  const leaseId = newLeaseId();
  return {
    name: 'acquire',
    status: 201,
    leaseId,
    send: (api) => api.acquire(session, leaseId, { holder: HOLDER, ttlMs: TTL_MS, waitMs: 0, metadata: { draft } }),
    factsAfter: (answer) => ({ ...acknowledged, held: true, fencingToken: answer?.body.fencingToken, draft, askedBy: undefined }),
  };
};

const renew = ({ session, leaseId, acknowledged }: SessionRecord, draft: number): Step => ({
  name: 'renew',
  status: 200,
  leaseId,
  send: (api) => api.renew(session, leaseId, { metadata: { draft } }),
  factsAfter: () => ({ ...acknowledged, draft }),
});

const askYield = ({ session, leaseId, acknowledged }: SessionRecord, draft: number): Step => {
  const by = `asker ${draft}`;
  return { name: 'yield', status: 202, leaseId, send: (api) => api.requestYield(session, { by }), factsAfter: () => ({ ...acknowledged, askedBy: by }) };
};

const over = ({ acknowledged: { fencingToken, replies } }: SessionRecord, endedBecause: string): SessionFacts => ({
  held: false,
  previousToken: fencingToken,
  endedBecause,
  replies: abandoned(replies),
});

const release = (record: SessionRecord): Step => ({
  name: 'release',
  status: 204,
  leaseId: record.leaseId,
  send: (api) => api.release(record.session, record.leaseId),
  factsAfter: () => over(record, 'released'),
});

const revoke = (record: SessionRecord): Step => ({
  name: 'revoke',
  status: 200,
  leaseId: record.leaseId,
  send: (api) => api.revoke(record.session, { by: 'operator', reason: 'the ledger wants it' }),
  factsAfter: () => over(record, 'revoked'),
});

/** How much of a session's work is about its replies. */
const REPLIES_PART = 0.5;

/**
 * @param chance 0 to 1
 * @param draft a number that this session has not had yet
 */
export const nextStep = (record: SessionRecord, chance: number, draft: number): Step => {
  const onReplies = chance < REPLIES_PART ? nextReplyStep(record, chance / REPLIES_PART, draft) : undefined;
  return onReplies ?? nextLeaseStep(record, Math.max(0, chance - REPLIES_PART) / (1 - REPLIES_PART), draft);
};

const nextLeaseStep = (record: SessionRecord, chance: number, draft: number): Step => {
  const { held, askedBy } = record.acknowledged;
  if (!held) return acquire(record, draft);
  if (chance < 0.3) return renew(record, draft);
  if (chance < 0.5 && askedBy === undefined) return askYield(record, draft);
  return chance < 0.85 ? release(record) : revoke(record);
};
