import t from 'tap';
import type { SessionEvent } from '../../../service/src/session/commands.ts';
import { EventLog, type LoggedEvent } from '../../../service/src/session/event-log.ts';
import type { Namespace, SessionKey } from '../../../service/src/session/types.ts';
import { fencingToken } from './scene.ts';

const main = 'default' as Namespace;
const other = 'other' as Namespace;
const event: SessionEvent = { type: 'granted', holder: 'gateway-1', fencingToken: fencingToken(7), waitedMs: 0 };
const append = (log: EventLog, namespace: Namespace, times = 1): void => {
  for (let count = 0; count < times; count += 1) log.append({ namespace, key: 's' as SessionKey }, event);
};
const idsOf = (events: readonly LoggedEvent[]): string[] => events.map(({ id }) => id);

t.test('events are numbered in their order and carry their session', async (t) => {
  const log = new EventLog('e');
  t.equal(log.lastId, 'e-0');
  append(log, main, 2);
  t.strictSame(log.since(main, 'e-0'), {
    complete: true,
    events: [
      { id: 'e-1', session: 's', event },
      { id: 'e-2', session: 's', event },
    ],
  });
  t.equal(log.lastId, 'e-2');
});

t.test('a watcher hears of each event of its namespace, until it stops', async (t) => {
  const log = new EventLog('e');
  const heard: string[] = [];
  const stop = log.watch(main, ({ id }) => heard.push(id));
  append(log, main);
  append(log, other);
  append(log, main);
  stop();
  append(log, main);
  t.strictSame(heard, ['e-1', 'e-3']);
});

t.test('a watcher may stop itself, or another, while an event is told', async (t) => {
  const log = new EventLog('e');
  const heard: string[] = [];
  const stopFirst = log.watch(main, () => {
    heard.push('first');
    stopFirst();
    stopSecond();
  });
  const stopSecond = log.watch(main, () => heard.push('second'));
  log.watch(main, () => heard.push('third'));
  append(log, main);
  t.strictSame(heard, ['first', 'third']);
});

t.test('who reconnects gets what it missed, of its own namespace alone', async (t) => {
  const log = new EventLog('e');
  append(log, main, 2);
  append(log, other, 3);
  append(log, main, 2);
  t.strictSame(idsOf(log.since(main, 'e-2').events), ['e-6', 'e-7']);
  t.strictSame(idsOf(log.since(main, 'e-4').events), ['e-6', 'e-7'], 'an id of another namespace is only a point in time');
  t.strictSame(log.since(main, 'e-7'), { complete: true, events: [] });
  t.strictSame(log.since('never named' as Namespace, 'e-7'), { complete: true, events: [] });
});

t.test('an id that is foreign, malformed or ahead gets no replay, and is said to be incomplete', async (t) => {
  const log = new EventLog('e');
  append(log, main, 3);
  for (const id of ['', '-', 'e', 'e-', 'e-4', 'f-1', 'e-1x', 'e--1', '-1', 'e-1.5', 'e-9999999999999999', ' e-1', 'ee-1']) {
    t.strictSame(log.since(main, id), { complete: false, events: [] }, JSON.stringify(id));
  }
});

t.test('at the limit nothing is lost, and one past it the oldest is', async (t) => {
  const log = new EventLog('e', 10);
  append(log, main, 10);
  t.match(log.since(main, 'e-0'), { complete: true, events: { length: 10 } });
  append(log, main);
  t.match(log.since(main, 'e-0'), { complete: false, events: { length: 10 } });
  t.strictSame(idsOf(log.since(main, 'e-1').events), Array.from({ length: 10 }, (_, index) => `e-${index + 2}`));
  t.equal(log.since(main, 'e-1').complete, true);
});

t.test('what one namespace does never drops what another missed', async (t) => {
  const log = new EventLog('e', 10);
  append(log, main);
  append(log, other, 1_000);
  t.match(log.since(main, 'e-0'), { complete: true, events: { length: 1 } });
  t.match(log.since(other, 'e-0'), { complete: false, events: { length: 10 } });
});

t.test('a namespace that has filled its log exactly has lost nothing, whatever came before it', async (t) => {
  const log = new EventLog('e', 10);
  append(log, other, 5);
  append(log, main, 10);
  t.match(log.since(main, 'e-0'), { complete: true, events: { length: 10 } });
});

t.test('an event stream of any length keeps a bounded log', async (t) => {
  const log = new EventLog('e', 100);
  append(log, main, 100_000);
  t.equal(log.since(main, 'e-0').events.length, 100);
  t.strictSame(idsOf(log.since(main, 'e-99998').events), ['e-99999', 'e-100000']);
});
