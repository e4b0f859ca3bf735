import t from 'tap';
import { PAYLOAD_BYTES_MAX, payloadOf } from '../../../client/src/replies/payload.ts';

t.test('any JSON value is a reply, as it will be told', async (t) => {
  for (const reply of ['', 'text', 0, -1.5, true, null, [], {}, { a: [1, { b: null }] }]) t.same(payloadOf(reply), { payload: reply, contentType: 'application/json' });
  t.same(payloadOf({ at: new Date(0), gone: undefined, nan: NaN }).payload, { at: '1970-01-01T00:00:00.000Z', nan: null });
});

t.test('text of another content type stays as it is', async (t) => {
  t.same(payloadOf('**hi**', 'text/markdown; charset=utf-8'), { payload: '**hi**', contentType: 'text/markdown; charset=utf-8' });
  t.throws(() => payloadOf({ text: 'hi' }, 'text/markdown'), { code: 'request-invalid', message: /text\/markdown must be a string/ });
  t.throws(() => payloadOf('\ud800', 'text/plain'), /unpaired surrogate/);
});

t.test('what is no JSON value is refused, and not repeated', async (t) => {
  const circle: Record<string, unknown> = { secret: 1 };
  circle['self'] = circle;
  for (const reply of [undefined, () => 1, Symbol('secret'), 1n, circle, { toJSON: () => undefined }, { toJSON: () => { throw new Error('x'); } }]) {
    const error = t.throws(() => payloadOf(reply), { name: 'InvalidRequestError', code: 'request-invalid', message: /must be a JSON value/ }) as Error;
    t.notMatch(error.message, /secret/);
  }
});

t.test('262,144 bytes are taken, one more is not', async (t) => {
  t.equal(PAYLOAD_BYTES_MAX, 262_144);
  const taken = 'ä'.repeat(131_071);
  t.equal(payloadOf(taken).payload, taken, 'with its quotes');
  t.throws(() => payloadOf(`${taken}x`), { code: 'payload-too-large', message: /at most 262144 bytes; this one has 262145/ });
  t.equal(payloadOf(`${taken}ä`, 'text/plain').payload, `${taken}ä`, 'text has no quotes');
  t.throws(() => payloadOf(`${taken}äx`, 'text/plain'), { code: 'payload-too-large' });
});

t.test('200 levels are taken, one more is not', async (t) => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + '1' + ']'.repeat(levels));
  payloadOf(nested(200));
  t.throws(() => payloadOf(nested(201)), /at most 200 levels/);
  payloadOf({ a: nested(199) });
  t.throws(() => payloadOf({ a: nested(200) }), /at most 200 levels/);
  t.throws(() => payloadOf(nested(50_000)), { name: 'InvalidRequestError' }, 'however deep');
});

t.test('a content type that is none is refused', async (t) => {
  for (const contentType of ['', 'json', 'text/', '/plain', 'text/plain\n', 'text /plain', 'ä/b', `text/${'x'.repeat(124)}`]) t.throws(() => payloadOf('x', contentType), /contentType/, JSON.stringify(contentType));
  payloadOf('x', `text/${'x'.repeat(123)}`);
});

t.test('what was measured is what is told, whatever becomes of the object', async (t) => {
  const reply = { text: 'before' };
  const { payload } = payloadOf(reply);
  reply.text = 'after';
  t.same(payload, { text: 'before' });
});
