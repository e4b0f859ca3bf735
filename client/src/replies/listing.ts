/** Collects what a listing gives, page by page. */
import type { ReplyCalls } from './reply-calls.ts';
import { isUndelivered, type ReplyView } from './views.ts';

/** The replies of a session that have not reached anybody yet, in delivery order. */
export const undeliveredOf = async (calls: ReplyCalls, session: string, signal?: AbortSignal): Promise<readonly ReplyView[]> => {
  const found: ReplyView[] = [];
  for await (const reply of calls.listSession(session, { pageSize: 1_000, ...(signal && { signal }) })) if (isUndelivered(reply)) found.push(reply);
  return found;
};
