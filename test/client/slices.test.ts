import t from 'tap';
import { sliceMs, stepAfter } from '../../client/src/slices.ts';

const held = (position?: number) => ({ status: 409, body: { code: 'lease-held', ...(position !== undefined && { position }) } });

t.test('a wait is sent in slices of 25 s, the last one as long as what is left', async (t) => {
  t.equal(sliceMs(60_000, 0), 25_000);
  t.equal(sliceMs(60_000, 50_000), 10_000);
  t.equal(sliceMs(60_000, 59_999.5), 1, 'whole milliseconds');
  t.equal(sliceMs(60_000, 60_000), 0);
  t.equal(sliceMs(Infinity, 1e12), 25_000, 'there is no maximum');
  t.equal(sliceMs(0, 0), 0);
});

t.test('a waiter with a place in the queue asks again until its time is up', async (t) => {
  t.equal(stepAfter(held(3), 60_000, 25_000), 'again');
  t.equal(stepAfter(held(3), 60_000, 59_999), 'again');
  t.equal(stepAfter(held(3), 60_000, 60_000), 'refused');
});

t.test('one without a place was not wanted in the queue, and is refused at once', async (t) => {
  t.equal(stepAfter(held(), 60_000, 5), 'refused');
  t.equal(stepAfter({ status: 429, body: { code: 'waiters-full' } }, 60_000, 5), 'refused');
});

t.test('an id that is over is replaced by a new one', async (t) => {
  t.equal(stepAfter({ status: 410, body: { code: 'lease-ended' } }, 60_000, 5), 'anew');
});

t.test('201 and 200, the repeat of it, are grants; what is malformed is refused', async (t) => {
  t.equal(stepAfter({ status: 201, body: {} }, 0, 0), 'granted');
  t.equal(stepAfter({ status: 200, body: {} }, 0, 0), 'granted');
  t.equal(stepAfter({ status: 400, body: { code: 'request-invalid' } }, 60_000, 0), 'refused');
  t.equal(stepAfter({ status: 418, body: undefined }, 60_000, 0), 'refused');
});
