import t from 'tap';
import type { EndedId } from '../../../../service/src/session/types.ts';
import { PendingChanges } from '../../../../service/src/stores/embedded/pending-changes.ts';
import { SessionTable } from '../../../../service/src/stores/embedded/session-table.ts';
import { ReplyScene } from '../../session/replies/reply-scene.ts';
import { idHash, Scene } from '../../session/scene.ts';
import { NO_CHANGES } from './no-changes.ts';
import { nameOf } from './store-scene.ts';

const NOW = { monoMs: 1_000_000, wallUs: 1_700_000_000_000_000 };
const endedId = (id: string): EndedId => ({ leaseIdHash: idHash(id), fencingToken: undefined, endedBecause: 'released', endedAtMs: NOW.monoMs });

t.test('a session that changed several times is written once, as it stands at the commit', async (t) => {
  const table = new SessionTable();
  const pending = new PendingChanges();
  const scene = new Scene();
  const entry = table.add(nameOf('s'));
  pending.session(entry);
  scene.take('a');
  table.put(entry, scene.session);
  pending.session(entry);
  const { sessions, floor } = pending.collect(17, NOW);
  t.equal(sessions.length, 1);
  t.match(sessions[0], { id: entry.id, namespace: 'default', key: 's', live: 1 });
  t.match(JSON.parse(sessions[0]!.state), { lease: { leaseIdHash: 'a' } });
  t.equal(floor, 17);
});

t.test('a session without a lease is not live', async (t) => {
  const pending = new PendingChanges();
  pending.session(new SessionTable().add(nameOf('s')));
  t.equal(pending.collect(1, NOW).sessions[0]?.live, 0);
});

t.test('what was collected is not collected again', async (t) => {
  const pending = new PendingChanges();
  const table = new SessionTable();
  pending.session(table.add(nameOf('s')));
  pending.ended(table.add(nameOf('t')), [endedId('a')], NOW);
  pending.endedForgotten(table.add(nameOf('u')));
  pending.sessionForgotten(table.add(nameOf('v')));
  const first = pending.collect(1, NOW);
  t.strictSame([first.sessions.length, first.ended.length, first.endedForgotten.length, first.sessionsForgotten.length], [1, 1, 1, 1]);
  t.strictSame(pending.collect(2, NOW), { ...NO_CHANGES, floor: 2 });
});

t.test("a session's ended ids are counted on from one commit to the next", async (t) => {
  const pending = new PendingChanges();
  const entry = new SessionTable().add(nameOf('s'));
  pending.ended(entry, [endedId('a'), endedId('b')], NOW);
  t.equal(entry.endedWritten, true);
  pending.collect(1, NOW);
  pending.ended(entry, [endedId('c')], NOW);
  t.strictSame(pending.collect(1, NOW).ended.map(({ leaseIdHash, sequence }) => [leaseIdHash, sequence]), [['c', 2]]);
  pending.endedForgotten(entry);
  t.equal(entry.endedWritten, false);
  pending.ended(entry, [endedId('d')], NOW);
  t.strictSame(pending.collect(1, NOW).ended.map(({ sequence }) => sequence), [3], 'also past their forgetting');
});

t.test('no ended ids, nothing on disk', async (t) => {
  const entry = new SessionTable().add(nameOf('s'));
  new PendingChanges().ended(entry, [], NOW);
  t.equal(entry.endedWritten, false);
});

t.test('a session that is forgotten is not written any more', async (t) => {
  const pending = new PendingChanges();
  const entry = new SessionTable().add(nameOf('s'));
  pending.session(entry);
  pending.sessionForgotten(entry);
  const { sessions, sessionsForgotten } = pending.collect(1, NOW);
  t.strictSame({ sessions, sessionsForgotten }, { sessions: [], sessionsForgotten: [entry.id] });
});

t.test('replies go with the commit of their session, and with its forgetting', async (t) => {
  const pending = new PendingChanges();
  const table = new SessionTable();
  const scene = new ReplyScene();
  scene.park('r');
  const [kept, forgotten] = [table.add(nameOf('kept')), table.add(nameOf('forgotten'))];
  for (const entry of [kept, forgotten]) pending.replies.add(entry, { changed: scene.session.replies, gone: [] }, { number: 1, payload: '"r"' });
  pending.sessionForgotten(forgotten);
  const { replies, payloads } = pending.collect(1, NOW);
  t.match([replies, payloads], [[{ sessionId: kept.id, number: 1 }], [{ sessionId: kept.id, payload: '"r"' }]]);
  t.strictSame([replies.length, payloads.length], [1, 1]);
});
