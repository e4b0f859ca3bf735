/** What has become of a session's replies from one state to the next, found by comparing references. */
import type { Reply, Session } from '../../session/types.ts';

export interface ReplyChanges {
  /** Those that are new or not as they were. */
  readonly changed: readonly Reply[];
  /** Numbers of those that are not remembered any more. */
  readonly gone: readonly number[];
}

const NOTHING: ReplyChanges = { changed: [], gone: [] };

export const replyChanges = (before: Session, after: Session): ReplyChanges => {
  if (before.replies === after.replies && before.settledReplies === after.settledReplies) return NOTHING;
  const was = new Map<number, Reply>();
  for (const reply of repliesOf(before)) was.set(reply.number, reply);
  const changed: Reply[] = [];
  for (const reply of repliesOf(after)) {
    if (was.get(reply.number) !== reply) changed.push(reply);
    was.delete(reply.number);
  }
  return { changed, gone: [...was.keys()] };
};

function* repliesOf({ replies, settledReplies }: Session): Generator<Reply, void> {
  yield* replies;
  yield* settledReplies;
}
