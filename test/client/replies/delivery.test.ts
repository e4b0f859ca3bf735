import { channel } from 'node:diagnostics_channel';
import t, { type Test } from 'tap';
import { checkpoints } from '../../../client/src/checkpoint.ts';
import { ServiceUnavailableError, StaleFencingTokenError, UnauthorizedError } from '../../../client/src/errors.ts';
import type { Call } from '../../../client/src/exchange.ts';
import { Holding } from '../../../client/src/holding.ts';
import { Delivery, type Attempted } from '../../../client/src/replies/delivery.ts';
import type { CommitContext, DeliverContext, ReplyHandlers } from '../../../client/src/replies/handlers.ts';
import type { AttemptReport } from '../../../client/src/replies/options.ts';
import { ReplyCalls } from '../../../client/src/replies/reply-calls.ts';
import { DeliveryError } from '../../../client/src/reply-errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { factsOf } from '../../support/holding-facts.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

interface Script {
  readonly handlers?: Partial<ReplyHandlers<string>>;
  readonly attempted?: Partial<Attempted<string>>;
  readonly view?: Partial<Attempted<string>['view']>;
  /** What the service says to a report, if not that all is well. */
  readonly refuse?: (report: AttemptReport) => { readonly status: number; readonly body: object } | Error | undefined;
}

const STATES = { sending: 'sending', delivered: 'delivered', failed: 'parked', unknown: 'unknown' } as const;

const begin = ({ handlers = {}, attempted = {}, view = {}, refuse = () => undefined }: Script) => {
  const clock = new FakeClock();
  const logger = recordingLogger();
  const steps: string[] = [];
  const told: AttemptReport[] = [];
  const contexts: { commit?: CommitContext; deliver?: DeliverContext } = {};
  const send = async ({ body, leaseId, path }: Call) => {
    const report = body as AttemptReport;
    steps.push(report.outcome);
    told.push(report);
    if (leaseId !== factsOf(clock).leaseId || path !== '/v1/replies/s/r-1/attempts') throw new TypeError(`unexpected ${path}`);
    const refusal = refuse(report);
    if (refusal instanceof Error) throw refusal;
    const state = report.permanent ? 'dead' : STATES[report.outcome];
    return { status: 200, body: { session: 's', replyId: 'r-1', state, attempts: report.attempt }, ...refusal, sent: clock.now() };
  };
  const calls = new ReplyCalls({ exchange: { send, endpointCount: 1 }, clock, random: () => 0, closed: new AbortController().signal, holder: 'g', requestTimeoutMs: 1 });
  const holding = new Holding(factsOf(clock), { clock, onUncertain: () => {}, onOver: () => {} });
  const recorded: ReplyHandlers<string> = {
    commit: async (reply, context) => {
      steps.push('commit');
      contexts.commit = context;
      await handlers.commit?.(reply, context);
    },
    deliver: async (reply, context) => {
      steps.push('deliver');
      contexts.deliver = context;
      await handlers.deliver?.(reply, context);
    },
  };
  const points: string[] = [];
  const at = checkpoints((point) => points.push(point));
  const delivery = new Delivery({ calls, clock, logger, at, handlers: recorded, classify: undefined }, holding, {
    view: { session: 's', replyId: 'r-1', state: 'parked', committed: false, attempts: 0, maybeDelivered: false, ...view },
    reply: 'the answer',
    rebase: true,
    signal: undefined,
    ...attempted,
  });
  return { clock, logger, steps, told, contexts, holding, points, run: () => delivery.run() };
};

const problem = (status: number, body: object) => ({ status, body });
const throwing = (error: unknown) => () => {
  throw error;
};

t.test('commit, tell, deliver, tell: in this order, under the live token', async (t) => {
  const { run, steps, told, contexts } = begin({});
  t.same(await run(), { kind: 'told', state: 'delivered', attempts: 1 });
  t.same(steps, ['commit', 'sending', 'deliver', 'delivered']);
  t.same(told, [{ attempt: 1, outcome: 'sending', committed: true }, { attempt: 1, outcome: 'delivered' }]);
  t.match(contexts.commit, { session: 's', replyId: 'r-1', fencingToken: 7, rebase: true });
  t.match(contexts.deliver, { session: 's', replyId: 'r-1', fencingToken: 7, attempt: 1, maybeDelivered: false });
});

t.test('what is committed is not committed again; what may have arrived is said to', async (t) => {
  for (const view of [{ state: 'sending' }, { maybeDelivered: true, state: 'unknown' }, { maybeDelivered: true, state: 'parked' }] as const) {
    const { run, steps, contexts } = begin({ view: { committed: true, attempts: 2, ...view } });
    t.same(await run(), { kind: 'told', state: 'delivered', attempts: 3 });
    t.same(steps, ['sending', 'deliver', 'delivered']);
    t.match(contexts.deliver, { attempt: 3, maybeDelivered: true });
  }
});

t.test('a commit that fails is a failed attempt, with its error: nothing is delivered', async (t) => {
  const fault = new Error('disk full');
  const { run, steps, told } = begin({ handlers: { commit: throwing(fault) } });
  t.same(await run(), { kind: 'told', state: 'parked', attempts: 1, error: fault });
  t.same(steps, ['commit', 'sending', 'failed']);
  t.same(told, [{ attempt: 1, outcome: 'sending', committed: false }, { attempt: 1, outcome: 'failed', error: 'commit: Error: disk full' }]);
});

t.test('however long its error is, the service is told within its limit', async (t) => {
  const { run, told } = begin({ handlers: { commit: throwing(new Error('ä'.repeat(3_000))) } });
  await run();
  t.ok(Buffer.byteLength(told[1]!.error!) <= 2_048);
  t.match(told[1]!.error, /^commit: Error: ä/);
});

t.test('each kind of failed delivery is told as what it is', async (t) => {
  const cases = [
    [new DeliveryError('transient', 'busy', { retryAfterMs: 5 }), 'parked', { attempt: 1, outcome: 'failed', error: 'DeliveryError: busy', retryAfterMs: 5 }],
    [new DeliveryError('permanent', 'gone', { retryAfterMs: 5 }), 'dead', { attempt: 1, outcome: 'failed', error: 'DeliveryError: gone', permanent: true }],
    [new Error('reset'), 'unknown', { attempt: 1, outcome: 'unknown', error: 'Error: reset' }],
  ] as const;
  for (const [error, state, report] of cases) {
    const { run, told } = begin({ handlers: { deliver: throwing(error) } });
    t.same(await run(), { kind: 'told', state, attempts: 1, error });
    t.same(told[1], report);
  }
});

t.test('a resource or a channel that says stale ends it, and nothing more is told', async (t) => {
  const stale = new StaleFencingTokenError({ fencingToken: 7, currentToken: 9 });
  const inCommit = begin({ handlers: { commit: throwing(stale) } });
  t.same(await inCommit.run(), { kind: 'lost', error: stale });
  t.same(inCommit.steps, ['commit']);
  const inDeliver = begin({ handlers: { deliver: throwing(stale) } });
  t.same(await inDeliver.run(), { kind: 'lost', error: stale });
  t.same(inDeliver.steps, ['commit', 'sending', 'deliver']);
});

t.test('without the lease nothing begins; lost on the way, what was not begun does not begin', async (t) => {
  const before = begin({});
  before.holding.lose({});
  t.match(await before.run(), { kind: 'lost', error: { code: 'lease-lost' } });
  t.same(before.steps, []);

  const inCommit = begin({ handlers: { commit: () => inCommit.holding.lose({}) } });
  t.match(await inCommit.run(), { kind: 'lost' });
  t.same(inCommit.steps, ['commit']);

  const failing = begin({ handlers: { commit: () => (failing.holding.lose({}), throwing(new Error('aborted'))()) } });
  t.match(await failing.run(), { kind: 'lost' }, 'what a commit says after the loss is no fault of its own');

  const asTaken = begin({ refuse: () => (asTaken.holding.lose({}), undefined) });
  t.match(await asTaken.run(), { kind: 'lost' });
  t.same(asTaken.steps, ['commit', 'sending']);
});

t.test('the handlers\' signal follows the lease, and the caller', async (t) => {
  const byLease = begin({ handlers: { deliver: (_reply, { signal }) => (byLease.holding.lose({}), signal.throwIfAborted()) } });
  t.match(await byLease.run(), { kind: 'lost', error: { code: 'lease-lost' } });
  const caller = new AbortController();
  const reason = new Error('enough');
  const byCaller = begin({ attempted: { signal: caller.signal }, handlers: { deliver: (_reply, { signal }) => (caller.abort(reason), signal.throwIfAborted()) } });
  t.match(await byCaller.run(), { kind: 'told', state: 'unknown', error: reason }, 'cut off in the midst, it may have arrived');
});

t.test('that it arrived is told also after the lease was lost', async (t) => {
  const { run, steps, holding } = begin({ handlers: { deliver: () => holding.lose({}) } });
  t.same(await run(), { kind: 'told', state: 'delivered', attempts: 1 });
  t.same(steps, ['commit', 'sending', 'deliver', 'delivered']);
});

t.test('what the service says to the taking decides what it is', async (t) => {
  const away = new ServiceUnavailableError('away');
  const cases = [
    [problem(409, { code: 'reply-not-next', replyId: 'r-0' }), { kind: 'not-next', replyId: 'r-0' }],
    [problem(409, { code: 'reply-settled', state: 'superseded' }), { kind: 'elsewhere' }],
    [problem(409, { code: 'attempt-superseded', attempts: 3 }), { kind: 'elsewhere' }],
    [problem(404, { code: 'reply-unknown' }), { kind: 'elsewhere' }],
    [problem(410, { code: 'lease-lost', fencingToken: 7, endedBecause: 'revoked' }), { kind: 'lost', error: { code: 'lease-lost', endedBecause: 'revoked' } }],
    [problem(404, { code: 'lease-unknown' }), { kind: 'lost', error: { code: 'lease-unknown' } }],
    [away, { kind: 'unanswered', delivered: false, error: away }],
  ] as const;
  for (const [refusal, expected] of cases) {
    const { run, steps } = begin({ refuse: () => refusal });
    t.match(await run(), expected);
    t.same(steps, ['commit', 'sending'], 'nothing is sent out');
  }
});

t.test('what came of it cannot be told: whoever asks knows, and the log', async (t) => {
  const away = new ServiceUnavailableError('away');
  const arrived = begin({ refuse: ({ outcome }) => (outcome === 'delivered' ? away : undefined) });
  t.same(await arrived.run(), { kind: 'unanswered', delivered: true, attempts: 1, error: away });
  t.match(arrived.logger.lines, [/^warn what came of a delivery could not be told.*"outcome":"delivered"/]);
  const fault = new Error('reset');
  const failed = begin({ handlers: { deliver: throwing(fault) }, refuse: ({ outcome }) => (outcome === 'unknown' ? away : undefined) });
  t.same(await failed.run(), { kind: 'unanswered', delivered: false, attempts: 1, error: fault });
  const late = begin({ refuse: ({ outcome }) => (outcome === 'delivered' ? problem(410, { code: 'lease-lost', fencingToken: 7 }) : undefined) });
  t.match(await late.run(), { kind: 'unanswered', delivered: true });
  const lost = begin({ handlers: { deliver: throwing(fault) }, refuse: ({ outcome }) => (outcome === 'unknown' ? problem(410, { code: 'lease-lost', fencingToken: 7 }) : undefined) });
  t.match(await lost.run(), { kind: 'lost' });
});

t.test('a wrong key is nobody\'s word about the reply', async (t) => {
  await t.rejects(begin({ refuse: () => new UnauthorizedError('no') }).run(), UnauthorizedError);
});

const listen = (t: Test): Record<string, unknown>[] => {
  const messages: Record<string, unknown>[] = [];
  const listener = (message: unknown): number => messages.push(message as Record<string, unknown>);
  channel('holdfast:deliver').subscribe(listener);
  t.teardown(() => channel('holdfast:deliver').unsubscribe(listener));
  return messages;
};

t.test('each attempt is told on its diagnostics channel, and nowhere does the reply or the lease id appear', async (t) => {
  const messages = listen(t);
  const fine = begin({ handlers: { deliver: () => fine.clock.advance(40) } });
  await fine.run();
  t.same(messages, [{ session: 's', replyId: 'r-1', fencingToken: 7, attempt: 1, outcome: 'delivered', tookMs: 40 }]);
  const broken = begin({ handlers: { deliver: throwing(new Error('reset')) } });
  await broken.run();
  t.match(messages[1], { outcome: 'unknown', error: { message: 'reset' } });
  t.notMatch(JSON.stringify([messages, fine.logger.lines, broken.logger.lines]), /the answer|lease-id-of/);
});

t.test('every step passes through a point of its own, before and after', async (t) => {
  const { run, points } = begin({});
  await run();
  for (const point of ['commit handler', 'take', 'deliver handler', 'tell']) t.ok(points.indexOf(`${point}: before`) < points.indexOf(`${point}: after`), point);
  t.equal(points.filter((point) => point.endsWith(': before')).length, points.filter((point) => point.endsWith(': after')).length);
});
