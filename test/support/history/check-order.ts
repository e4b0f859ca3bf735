/** FIFO: a waiter is never served while another of its class that came before it waits, nor a background one while a foreground one does. */
import { isResultless, type LeaseFacts, type SessionFacts } from './facts.ts';
import { answeredMsOf, type HistoryRecord } from './record.ts';
import { checkSeenOrder } from './check-seen-order.ts';
import type { SeenPlace } from './seen-queues.ts';
import { sortedBy } from './sorted.ts';
import { stintsOf, type Stint } from './stints.ts';
import type { Violation } from './violation.ts';

export const checkOrder = (facts: SessionFacts): Violation[] =>
  facts.options.orderWithin === 'store' ? checkOrderAmong(facts) : [...facts.outagesOfInstances.keys()].flatMap((instance) => checkOrderAmong(onInstance(facts, instance)));

/** Those who asked one instance alone, and that instance's looks at them. It shows what the others say as well, and what they say is older: a name that several have used may be there for any of them. */
export const onInstance = (facts: SessionFacts, instance: number): SessionFacts => {
  const leases = facts.leases.filter(({ acquires }) => acquires.every((acquire) => acquire.instance === instance));
  const uses = Map.groupBy(facts.leases, ({ acquires }) => acquires[0]?.command.holder);
  const isOwn = ({ lease, holder }: SeenPlace): boolean => lease !== undefined && leases.includes(lease) && uses.get(holder)?.length === 1;
  const queues = facts.queues.filter(({ record }) => record.instance === instance).map(({ record, places }) => ({ record, places: places.filter(isOwn) }));
  return { ...facts, leases, queues, outages: facts.outagesOfInstances.get(instance)! };
};

const checkOrderAmong = (facts: SessionFacts): Violation[] => {
  const stintsOfLeases = new Map(facts.leases.map((lease) => [lease, stintsOf(lease, facts)]));
  const stints = sortedBy([...stintsOfLeases.values()].flat(), ({ queuedMs }) => queuedMs);
  const served = facts.leases.filter((lease) => lease.token !== undefined).flatMap(toServed);
  const foreground = stints.filter(({ background }) => !background);
  const background = stints.filter((stint) => stint.background);
  return [
    ...overtaken(facts, foreground, served.filter((one) => !one.background), ({ askedMs }) => askedMs),
    ...overtaken(facts, background, served.filter((one) => one.background), ({ askedMs }) => askedMs),
    ...overtaken(facts, foreground, served.filter((one) => one.background), ({ grantedFromMs }) => grantedFromMs),
    ...checkSeenOrder(facts, stintsOfLeases),
  ];
};

interface Served {
  readonly lease: LeaseFacts;
  readonly background: boolean;
  readonly token: number;
  /** Before this it cannot have had a place in the queue. */
  readonly askedMs: number;
  /** Before this it cannot have been granted. */
  readonly grantedFromMs: number;
  readonly record: HistoryRecord;
}

/** Where requests of both classes can have led to the grant, its class is not known, and it is not judged. */
const toServed = (lease: LeaseFacts): Served[] => {
  const asked = lease.acquires.filter((acquire) => acquire.sentMs >= lease.askedMs && acquire.sentMs <= lease.toldMs && !isResultless(acquire));
  const classes = new Set(asked.map(({ command }) => command.background ?? false));
  const record = lease.positives.find((positive) => answeredMsOf(positive) === lease.toldMs);
  if (classes.size !== 1 || !record) return [];
  const { kind, repeated, waitedMs } = record.outcome;
  const isFirst = kind === 'granted' && !repeated && waitedMs !== undefined;
  const grantedFromMs = isFirst ? record.sentMs + waitedMs : lease.askedMs;
  return [{ lease, background: classes.has(true), token: lease.token!, askedMs: lease.askedMs, grantedFromMs, record }];
};

/** Of those who were in the queue before `since(served)`, none may be granted later, nor still be waiting when it was told. */
const overtaken = (facts: SessionFacts, stints: readonly Stint[], served: readonly Served[], since: (one: Served) => number): Violation[] => {
  const found: Violation[] = [];
  let next = 0;
  let last: Stint | undefined;
  let longest: Stint | undefined;
  for (const one of sortedBy(served, since)) {
    for (; next < stints.length && stints[next]!.queuedMs < since(one); next += 1) {
      const stint = stints[next]!;
      if (stint.token !== undefined && (last === undefined || stint.token > last.token!)) last = stint;
      if (stint.token === undefined && (longest === undefined || stint.untilMs > longest.untilMs)) longest = stint;
    }
    const { leaseId } = one.lease;
    const late = last && last.token! > one.token && last.leaseId !== leaseId ? last : undefined;
    const left = longest && longest.untilMs > answeredMsOf(one.record) && longest.leaseId !== leaseId ? longest : undefined;
    const first = late ?? left;
    if (!first) continue;
    const message = `${leaseId} was served with token ${one.token} while ${first.leaseId}, in the queue since ${first.queuedMs} ms, waited`;
    found.push({ property: 'FIFO', session: facts.session, message, records: [first.record, one.record] });
  }
  return found;
};
