// Where a payload may be seen: in the answer that reads the reply, and nowhere else.
import t from 'tap';
import { StoreUnavailableError } from '../../../service/src/session/errors.ts';
import { buildTestApp } from '../../support/build-app.ts';
import { EventReader } from '../../support/event-reader.ts';
import { acquire, call, inspect, renew } from '../../support/inject.ts';
import { keepingLog } from '../../support/kept-log.ts';
import { attempt, discard, park, readReply, replay, replyPath, tokenOf } from '../../support/reply-calls.ts';

const MARKER = 'the-marker-9f3a';

t.test('no log, problem, event or listing has a payload', async (t) => {
  const { log, lines } = keepingLog();
  const { app, store } = await buildTestApp(t, { log });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const reader = await EventReader.open(`${origin}/v1/events`);
  t.teardown(() => reader.close());
  const fencingToken = await tokenOf(app, 's', 'a');
  const payload = { text: MARKER, [MARKER]: 1 };
  const answers: string[] = [];
  const note = async (answer: Promise<{ body: string }>): Promise<void> => void answers.push((await answer).body);

  await note(park(app, 's', 'r', { fencingToken, payload }));
  await note(park(app, 's', 'r', { fencingToken, payload }));
  await note(park(app, 's', 'r', { fencingToken, payload: [MARKER] }));
  await note(park(app, 's', 'x', { fencingToken: fencingToken + 1, payload }));
  await note(park(app, 's', 'x', { fencingToken, payload, contentType: 'text/plain' }));
  await note(park(app, 's', 'x', { fencingToken, payload: MARKER.repeat(20_000) }));
  await note(park(app, 's', 'x', { fencingToken, payload, sequence: -1 }));
  await note(park(app, 's', 'x', { fencingToken, payload: JSON.parse(`${'['.repeat(300)}"${MARKER}"${']'.repeat(300)}`) }));
  await note(call(app, { method: 'PUT', url: replyPath('s', 'x'), body: `{"payload":"${MARKER}` }));
  await note(call(app, { method: 'PUT', url: replyPath('s', 'x'), body: `"${MARKER}"` }));
  for (const fault of [new StoreUnavailableError('The disk did not answer.', 'unknown'), new Error('a defect')]) {
    store.fault = fault;
    await note(park(app, 's', 'y', { fencingToken, payload }));
  }
  store.fault = undefined;
  for (const [attemptNumber, outcome] of [[1, 'sending'], [1, 'failed'], [2, 'sending'], [2, 'unknown']] as const) await note(attempt(app, 's', 'r', 'a', { attempt: attemptNumber, outcome }));
  await note(discard(app, 's', 'r'));
  await note(replay(app, 's', 'r'));
  for (const url of ['/v1/replies', '/v1/replies/s', '/v1/replies?state=parked', '/v1/leases', '/v1/leases/s', '/readyz']) await note(call(app, { url }));
  await note(inspect(app, 's'));
  await note(renew(app, 's', 'a'));
  await note(acquire(app, 's', 'b'));
  t.match((await readReply(app, 's', 'r')).json(), { payload }, 'it was there all the time');

  const events = await reader.first(8);
  t.strictSame(
    events.slice(1).map(({ event, payload }) => [event, payload?.['session'], payload?.['replyId'], payload?.['state'], payload?.['holder'], payload?.['fencingToken']]),
    [
      ['parked', 'parked'],
      ['reply-state', 'sending'],
      ['reply-state', 'parked'],
      ['reply-state', 'sending'],
      ['reply-state', 'unknown'],
      ['reply-state', 'superseded'],
      ['reply-state', 'parked'],
    ].map(([event, state]) => [event, 's', 'r', state, 'gateway-1', fencingToken]),
  );
  t.ok(lines().length >= 4, 'the log has lines');
  for (const [name, text] of [['answers', answers.join('\n')], ['log', JSON.stringify(lines())], ['events', reader.text]] as const) t.notOk(text.includes(MARKER), name);
});
