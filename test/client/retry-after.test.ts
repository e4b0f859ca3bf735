import t from 'tap';
import { headerOf, parseRetryAfter } from '../../client/src/retry-after.ts';

const WALL_MS = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

t.test('seconds, as text or number', async (t) => {
  t.equal(parseRetryAfter('7', WALL_MS), 7_000);
  t.equal(parseRetryAfter(' 1.5 ', WALL_MS), 1_500);
  t.equal(parseRetryAfter(2, WALL_MS), 2_000);
  t.equal(parseRetryAfter(['3', '9'], WALL_MS), 3_000);
});

t.test('a date, counted from the wall clock; one in the past is now', async (t) => {
  t.equal(parseRetryAfter('Wed, 21 Oct 2026 07:28:30 GMT', WALL_MS), 30_000);
  t.equal(parseRetryAfter('Wed, 21 Oct 2026 07:27:00 GMT', WALL_MS), 0);
});

t.test('what is neither says nothing', async (t) => {
  for (const value of ['soon', '', undefined, null, {}, Number.NaN, Infinity]) t.equal(parseRetryAfter(value, WALL_MS), undefined, String(value));
});

t.test('headers are found in a Headers object and in a plain one, whatever their case', async (t) => {
  t.equal(headerOf(new Headers({ 'Retry-After': '5' }), 'retry-after'), '5');
  t.equal(headerOf({ 'Retry-After': '5' }, 'retry-after'), '5');
  t.equal(headerOf({}, 'retry-after'), undefined);
  t.equal(headerOf(undefined, 'retry-after'), undefined);
});
