import t from 'tap';
import { FakeClock } from '../../../support/fake-clock.ts';
import { EMPTY_SESSION, type Namespace, type SessionKey } from '../../../../service/src/session/types.ts';
import { SessionTable, type Entry } from '../../../../service/src/stores/embedded/session-table.ts';
import { Scene } from '../../session/scene.ts';
import { nameOf } from './store-scene.ts';

const keysOf = (entries: Iterable<Entry>): string[] => [...entries].map(({ key }) => key);

/** Adds a session whose lease has just ended. */
const addIdle = (table: SessionTable, key: string): Entry => {
  const scene = new Scene();
  scene.take('a');
  scene.release('a');
  const entry = table.add(nameOf(key));
  table.put(entry, scene.session);
  return entry;
};

t.test('sessions are found by namespace and key', async (t) => {
  const table = new SessionTable();
  const one = table.add(nameOf('s'));
  const other = table.add({ namespace: 'tenant' as Namespace, key: 's' as SessionKey });
  t.equal(table.find(nameOf('s')), one);
  t.equal(table.find({ namespace: 'tenant' as Namespace, key: 's' as SessionKey }), other);
  t.equal(table.find(nameOf('t')), undefined);
  t.equal(table.size, 2);
  t.not(one.id, other.id);
});

t.test('keys and namespaces that look like members of objects are names like any other', async (t) => {
  const table = new SessionTable();
  t.equal(table.find(nameOf('__proto__')), undefined);
  t.equal(table.find({ namespace: 'constructor' as Namespace, key: 'toString' as SessionKey }), undefined);
  const entry = table.add(nameOf('__proto__'));
  t.equal(table.find(nameOf('__proto__')), entry);
});

t.test('new rows get numbers that no row of the database has', async (t) => {
  const table = new SessionTable();
  table.add(nameOf('from the database'), 41);
  t.equal(table.add(nameOf('new')).id, 42);
  table.add(nameOf('from the database too'), 7);
  t.equal(table.add(nameOf('newer')).id, 43);
});

t.test('a session that was removed is gone, with its alarm and its number of the idle', async (t) => {
  const table = new SessionTable();
  const clock = new FakeClock();
  const entry = addIdle(table, 's');
  const timer = clock.after(1_000, () => t.fail('the alarm of a session that is gone'));
  entry.alarm = { atMs: 1_000, cancel: () => timer.cancel() };
  table.remove(entry);
  clock.advance(1_000);
  t.equal(table.find(nameOf('s')), undefined);
  t.strictSame([table.size, table.idleSize, table.oldestIdle], [0, 0, undefined]);
  table.remove(entry);
  t.equal(table.size, 0, 'removing it twice changes nothing');
});

t.test('the idle ones stand in the order in which they ended', async (t) => {
  const table = new SessionTable();
  const [a, b] = ['a', 'b', 'c'].map((key) => addIdle(table, key)) as [Entry, Entry, Entry];
  t.equal(table.oldestIdle, a);
  const scene = new Scene();
  scene.session = a.session;
  scene.take('again');
  table.put(a, scene.session);
  t.equal(table.idleSize, 2, 'one that is leased is not idle');
  t.equal(table.oldestIdle, b);
  scene.release('again');
  table.put(a, scene.session);
  table.remove(b);
  t.equal(table.oldestIdle?.key, 'c', 'and stands last when it ends again');
});

t.test('one that ended again without having been seen leased moves to the end', async (t) => {
  const table = new SessionTable();
  const a = addIdle(table, 'a');
  addIdle(table, 'b');
  const scene = new Scene();
  scene.take('x');
  scene.release('x');
  table.put(a, scene.session);
  t.equal(table.oldestIdle?.key, 'b');
});

t.test('a change that is no end leaves an idle one in its place', async (t) => {
  const table = new SessionTable();
  const a = addIdle(table, 'a');
  addIdle(table, 'b');
  table.put(a, { ...a.session, ended: [] });
  t.equal(table.oldestIdle, a);
});

t.test('a walk survives sessions that come and go', async (t) => {
  const table = new SessionTable();
  const entries = ['a', 'b', 'c'].map((key) => table.add(nameOf(key)));
  const walk = table.entries();
  t.equal(walk.next().value, entries[0]);
  table.remove(entries[1]!);
  table.add(nameOf('d'));
  t.strictSame(keysOf(walk), ['c', 'd']);
});

t.test('a new session is empty, written nowhere and has no alarm', async (t) => {
  const { session, writtenIn, endedNext, endedWritten, alarm } = new SessionTable().add(nameOf('s'));
  t.equal(session, EMPTY_SESSION);
  t.strictSame({ writtenIn, endedNext, endedWritten, alarm }, { writtenIn: 0, endedNext: 0, endedWritten: false, alarm: undefined });
});
