/** Wrong rules that only the state shows, or somebody who never gets an answer. */
import { after, asRules, before, expiring, real, withWaiters, type Mutation } from './mutation.ts';

export const MUTATIONS_WITHIN: readonly Mutation[] = [
  {
    wrong: 'the close of an old connection takes the ticket from the new one',
    breaks: /will never be woken/,
    rules: () =>
      asRules((session, floor, command, now) => {
        const waiter = command.kind === 'disconnect' ? session.waiters.find(({ leaseIdHash }) => leaseIdHash === command.leaseIdHash) : undefined;
        return real(session, floor, waiter?.connection && command.kind === 'disconnect' ? { ...command, connection: waiter.connection } : command, now);
      }),
  },
  {
    wrong: 'an older connection is not answered when a newer one takes its ticket',
    breaks: /will never be woken/,
    rules: after((applied, _was, command) => (command.kind === 'acquire' ? { ...applied, wakes: applied.wakes.filter(({ outcome }) => outcome.kind !== 'lease-held') } : applied)),
  },
  {
    wrong: 'a repeated acquire extends the lease',
    breaks: /only its own renewal extends/,
    rules: after((applied, _was, command, nowMs) =>
      command.kind === 'acquire' && applied.outcome.kind === 'granted' && applied.outcome.repeated ? expiring(applied, nowMs + applied.session.lease!.ttlMs, nowMs) : applied,
    ),
  },
  {
    wrong: 'renewals pass the grace of a yield request',
    breaks: /past its preemption/,
    rules: after((applied, _was, command, nowMs) => (command.kind === 'renew' && applied.outcome.kind === 'renewed' ? expiring(applied, Math.min(nowMs + applied.session.lease!.ttlMs, applied.session.lease!.holdEndsAtMs), nowMs) : applied)),
  },
  {
    wrong: 'renewals pass max hold',
    breaks: /past its max hold/,
    rules: after((applied, _was, command, nowMs) => (command.kind === 'renew' && applied.outcome.kind === 'renewed' && !applied.session.lease!.yieldRequest ? expiring(applied, nowMs + applied.session.lease!.ttlMs, nowMs) : applied)),
  },
  {
    wrong: 'an event carries the lease id',
    breaks: /no lease id leaves/,
    rules: after((applied) => ({ ...applied, events: applied.events.map((event) => ({ ...event, leaseIdHash: applied.session.lease?.leaseIdHash })) })),
  },
  {
    wrong: 'a look at a session copies its state',
    breaks: /a look changes nothing/,
    rules: after((applied, _was, command) => (command.kind === 'inspect' ? { ...applied, session: { ...applied.session } } : applied)),
  },
  {
    wrong: 'a waiter that stood there through a stall of the service is dropped without an answer',
    breaks: /will never be woken/,
    rules: before((session, _command, nowMs) => withWaiters(session, (waiters) => waiters.filter(({ connection, ticketEndsAtMs }) => connection === undefined || nowMs < ticketEndsAtMs))),
  },
];
