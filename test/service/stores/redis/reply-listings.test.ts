// A page of replies across sessions, joined from what each partition lists.
import t from 'tap';
import type { ReplyView } from '../../../../service/src/session/replies/commands.ts';
import type { ListedPlace, ReplyPage } from '../../../../service/src/session/store.ts';
import type { Namespace, ReplyId, SessionKey } from '../../../../service/src/session/types.ts';
import type { ListedReplies, RepliesAsked } from '../../../../service/src/stores/redis/lua/listed-replies.ts';
import { ALL_PARTITIONS, partitionOf } from '../../../../service/src/stores/redis/partitions.ts';
import { listReplies } from '../../../../service/src/stores/redis/reply-listings.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { scriptedRun } from './scripted-run.ts';

const NAMESPACE = 'default' as Namespace;

const place = (atMs: number, key: string, number = 1): ListedPlace => ({ atMs, key: key as SessionKey, number });
const inOrder = (a: ListedPlace, b: ListedPlace): number => a.atMs - b.atMs || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.number - b.number;
const idOf = ({ atMs, key, number }: ListedPlace): ReplyId => `${atMs}/${key}/${number}` as ReplyId;

/** Partitions that list these replies, as the scripts do. */
const scene = (places: readonly ListedPlace[]) => {
  const list = ({ namespace, limit, after }: RepliesAsked, partition: number): ListedReplies => {
    const all = places.filter((one) => partitionOf(`${namespace}\0${one.key}`) === partition && (!after || inOrder(one, after) > 0)).toSorted(inOrder);
    const seen = all.slice(0, limit);
    return { entries: seen.map((one) => ({ place: one, reply: { replyId: idOf(one) } as ReplyView })), cutAfter: seen.length === limit ? seen.at(-1) : undefined };
  };
  return scriptedRun(new FakeClock(), ({ given, partition }) => ({ outcome: list(given as RepliesAsked, partition) }));
};

t.test('a walk lists everything once: by time, then by key, then by number', async (t) => {
  const places = Array.from({ length: 400 }, (_, nth) => place(nth % 5, `s${nth % 37}`, nth));
  for (const limit of [1, 9, 1_000]) {
    const walked: ReplyId[] = [];
    for (let after: ListedPlace | undefined, page: ReplyPage | undefined; !page || after; ) {
      page = await listReplies(scene(places).run, { namespace: NAMESPACE, due: false, limit, after });
      walked.push(...page.replies.map(({ reply }) => reply.replyId));
      after = page.nextAfter;
    }
    t.strictSame(walked, places.toSorted(inOrder).map(idOf), `pages of ${limit}`);
  }
});

t.test('each reply is told with its session', async (t) => {
  const page = await listReplies(scene([place(1, 'b'), place(1, 'a'), place(0, 'c')]).run, { namespace: NAMESPACE, due: false, limit: 2 });
  t.strictSame(page, {
    replies: [
      { key: 'c', reply: { replyId: '0/c/1' } },
      { key: 'a', reply: { replyId: '1/a/1' } },
    ],
    nextAfter: place(1, 'a'),
  });
});

t.test('heads that are due have a script of their own; both are asked of every partition', async (t) => {
  for (const [due, script] of [[true, 'list-due-replies'], [false, 'list-all-replies']] as const) {
    const { run, asked } = scene([]);
    t.strictSame(await listReplies(run, { namespace: NAMESPACE, due, limit: 100, state: 'parked', after: place(3, 'k', 9) }), { replies: [] });
    t.strictSame(asked.map(({ partition }) => partition), ALL_PARTITIONS);
    t.ok(asked.every((one) => one.script === script));
    t.strictSame(asked[0]!.given, { namespace: NAMESPACE, limit: 8, state: 'parked', after: place(3, 'k', 9) });
  }
});
