/** A turn that could only end at a fault of its options is refused before anything is generated. */
import t from 'tap';
import { checkTurn } from '../../../client/src/turn/option-checks.ts';
import type { TurnHandlers, TurnOptions } from '../../../client/src/index.ts';
import { CONTENT_TYPE_PATTERN } from '../../../service/src/http/schemas/reply-fields.ts';
import { failureOf, turnScene } from '../../support/turn-scene.ts';

const HANDLERS: TurnHandlers<string> = { generate: () => 'hello', commit: () => {}, deliver: () => {} };

const complaint = (handlers: unknown, options: unknown = {}): string => {
  try {
    checkTurn(handlers as TurnHandlers<string>, options as TurnOptions<string>);
    return '';
  } catch (error) {
    t.match(error, { code: 'request-invalid' });
    return (error as Error).message;
  }
};

t.test('each handler has to be there', async (t) => {
  t.equal(complaint(HANDLERS), '');
  for (const name of ['generate', 'commit', 'deliver']) {
    t.equal(complaint({ ...HANDLERS, [name]: undefined }), `${name} must be a function.`);
  }
  t.equal(complaint(undefined), 'generate must be a function.');
});

t.test('every option names itself, and its limit', async (t) => {
  const bad: [string, unknown[]][] = [
    ['replyId', ['', '.', '..', 'a b', 'ä', 'a'.repeat(129), 7]],
    ['onBusy', ['queue']],
    ['onLost', ['retry']],
    ['reacquisitions', [-1, 1.5, NaN, '3', Infinity]],
    ['reacquireBaseMs', [-1, NaN, Infinity]],
    ['sequence', [-1, 0.5, 2 ** 53]],
    ['expiresInMs', [999, 604_800_001, 1_000.5]],
    ['contentType', ['', 'text', 'text/', 'text/plain; charset', 'text/pläin', `text/${'a'.repeat(124)}`, 7]],
    ['parked', ['deliver']],
    ['classifyDelivery', [true]],
    ['waitMs', [-1, NaN]],
    ['progressTimeoutMs', [0, -1]],
    ['interrupt', [{ graceMs: 1 }]],
  ];
  for (const [name, values] of bad) for (const value of values) t.match(complaint(HANDLERS, { [name]: value }), new RegExp(name), `${name}: ${String(value).slice(0, 20)}`);
});

t.test('what is at a limit is taken', async (t) => {
  const good: TurnOptions<string>[] = [
    { replyId: 'a'.repeat(128) },
    { replyId: 'A-z.0_~' },
    { reacquisitions: 0, reacquireBaseMs: 0 },
    { sequence: 0 },
    { sequence: Number.MAX_SAFE_INTEGER },
    { expiresInMs: 1_000 },
    { expiresInMs: 604_800_000 },
    { contentType: `text/${'a'.repeat(123)}` },
    { contentType: 'text/plain; charset="utf-8"' },
    { waitMs: Infinity },
    { onBusy: 'interrupt', interrupt: { graceMs: 0, reason: 'now' } },
    { parked: () => 'leave', classifyDelivery: () => undefined },
  ];
  for (const options of good) t.equal(complaint(HANDLERS, options), '', JSON.stringify(options).slice(0, 40));
});

t.test('content types are those that the service takes', async (t) => {
  const service = new RegExp(CONTENT_TYPE_PATTERN);
  for (const contentType of ['text/plain', 'text/plain;charset=utf-8', 'a/b; c="d e"', 'a/b; c="[\\]"', 'a/b;;', 'a b/c', 'a/b; c=é', 'application/json']) {
    t.equal(complaint(HANDLERS, { contentType }) === '', service.test(contentType), contentType);
  }
});

t.test('a turn with a bad option asks the service nothing', async (t) => {
  const { turn, requests } = await turnScene(t);
  t.match(await failureOf(turn(() => 'never', { sequence: -1 })), { code: 'request-invalid' });
  t.strictSame(requests, []);
});
