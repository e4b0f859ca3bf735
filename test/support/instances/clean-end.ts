/** The end of a run: what was left is delivered, and then nothing is held, waited for or undelivered any more, whichever instance is asked. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LeaseClient } from '../../../client/src/index.ts';
import { inParallel } from '../in-parallel.ts';
import { newLeaseId } from '../lease-api.ts';
import { readReplies } from '../reply-run/left-behind.ts';
import type { KeptReply } from '../reply-run/record.ts';
import type { Recording } from '../reply-run/recording.ts';
import { until } from '../until.ts';
import type { FailOver } from './fail-over.ts';
import type { ReplyWork } from './reply-work.ts';

export interface CleanEndParts {
  /** Of every instance, recorded. */
  readonly baseUrls: readonly string[];
  readonly folder: string;
  readonly recording: Recording;
  readonly ways: FailOver;
  readonly replies: ReplyWork;
  readonly sessions: readonly string[];
}

const TTL_MS = 10_000;
const WAIT_MS = 15_000;
const WITHIN_MS = 60_000;
const AT_ONCE = 8;

/** @returns all replies as they are in the end */
export const comeToAnEnd = async (parts: CleanEndParts): Promise<readonly KeptReply[]> => {
  const { baseUrls, sessions } = parts;
  const judges = baseUrls.map((baseUrl) => new LeaseClient({ baseUrl, holder: 'the judge' }));
  try {
    await emptySpool(parts);
    let open: readonly KeptReply[] = [];
    const isDone = async (): Promise<boolean> => (open = await deliverRest(parts, judges[0]!)).length === 0;
    await until('every reply has come to its end', isDone, { withinMs: WITHIN_MS }).catch((cause: unknown) => {
      throw new Error(`${open.length} replies do not come to their end: ${JSON.stringify(open.slice(0, 3))}`, { cause });
    });
    for (const judge of judges) await until('nothing is live', async () => (await countOf(judge.list())) === 0, { withinMs: WITHIN_MS });
    await inParallel(sessions, AT_ONCE, (session) => isQuiet(parts, session));
    return await readReplies(judges.at(-1)!);
  } finally {
    await Promise.all(judges.map((judge) => judge.close()));
  }
};

const countOf = async (items: AsyncIterable<unknown>): Promise<number> => {
  let count = 0;
  for await (const _item of items) count += 1;
  return count;
};

/** What could not be parked while the service was away is brought to it by a courier. */
const emptySpool = async ({ baseUrls, folder, recording }: CleanEndParts): Promise<void> => {
  const spoolFolder = join(folder, 'spool');
  const client = new LeaseClient({ baseUrls, holder: 'the last courier', spoolFolder, onCheckpoint: recording.onCheckpoint });
  client.courier(recording.handlers, { pollMs: 50 });
  try {
    // Without a single reply in it the folder was never made.
    await until('the spool is empty', async () => (await readdir(spoolFolder).catch(() => [])).length === 0, { withinMs: WITHIN_MS });
  } finally {
    await client.close();
  }
};

/** A live holder need not wait for a back-off. @returns what was undelivered */
const deliverRest = async ({ ways, replies }: CleanEndParts, judge: LeaseClient): Promise<readonly KeptReply[]> => {
  const open = (await readReplies(judge)).filter(({ state }) => state === 'parked' || state === 'sending' || state === 'unknown');
  await inParallel(new Set(open.map(({ session }) => session)), AT_ONCE, async (session) => {
    const [leaseId, holder] = [newLeaseId(), 'the last holder'];
    const { status, body } = await ways.answered((api) => api.acquire(session, leaseId, { holder, ttlMs: TTL_MS, waitMs: WAIT_MS }));
    if (status !== 201) throw new Error(`the last acquire of ${session} was answered ${status} ${body.code}`);
    const renewed = await ways.answered((api) => api.renew(session, leaseId));
    if (renewed.status !== 200) throw new Error(`the last lease of ${session} was lost: ${renewed.body.code}`);
    // Counted from the answer, which is generous: nobody else is there any more.
    await replies.deliverAll({ session, leaseId, holder, fencingToken: body.fencingToken ?? 0, untilMs: Infinity, parkedReplies: open.length });
    await ways.answered((api) => api.release(session, leaseId));
  });
  return open;
};

const isQuiet = async ({ ways }: CleanEndParts, session: string): Promise<void> => {
  await until(`${session} is quiet`, async () => {
    const { body } = await ways.answered((api) => api.noting(session, { kind: 'inspect' }, (plain) => plain.inspect(session)));
    return body.held === false && body.waiters?.length === 0;
  });
};
