import { channel } from 'node:diagnostics_channel';
import t, { type Test } from 'tap';
import { clientOnApp } from '../support/client-on-app.ts';
import { until } from '../support/until.ts';

const listen = (t: Test) => {
  const heard: Record<string, Record<string, unknown>[]> = {};
  for (const name of ['acquire', 'renew', 'lost', 'stale']) {
    const messages: Record<string, unknown>[] = [];
    heard[name] = messages;
    const listener = (message: unknown): number => messages.push(message as Record<string, unknown>);
    channel(`holdfast:${name}`).subscribe(listener);
    t.teardown(() => channel(`holdfast:${name}`).unsubscribe(listener));
  }
  return heard as Record<'acquire' | 'renew' | 'lost' | 'stale', Record<string, unknown>[]>;
};

t.test('what happens to leases is told on the diagnostics channels, without secrets', async (t) => {
  const heard = listen(t);
  const { client, clock } = await clientOnApp(t, { apiKey: 'the-key-that-nobody-may-read' });
  const apiKey = 'the-key-that-nobody-may-read';
  const lease = await client('gateway-1', { apiKey, events: false }).acquire('s');
  const { leaseId } = lease.export();
  const { fencingToken } = lease;
  t.match(heard.acquire, [{ session: 's', holder: 'gateway-1', fencingToken, tookMs: 0 }]);
  t.equal(await client('gateway-2', { apiKey }).tryAcquire('s'), undefined);
  t.match(heard.acquire[1], { session: 's', holder: 'gateway-2', error: { code: 'lease-held' } });
  clock.advance(10_000);
  await until('the renewal is told', () => heard.renew.length === 1);
  t.match(heard.renew, [{ session: 's', holder: 'gateway-1', fencingToken, status: 'held', remainingMs: 29_650 }]);
  await lease.renew();
  t.match(heard.renew[1], { fencingToken, status: 'held' });
  await client('operator', { apiKey }).revoke('s', { reason: 'wedged' });
  await t.rejects(lease.verify());
  t.match(heard.stale, [{ session: 's', fencingToken, verdict: 'ended', endedBecause: 'revoked' }]);
  t.match(heard.lost, [{ session: 's', holder: 'gateway-1', fencingToken, endedBecause: 'revoked' }]);
  const all = JSON.stringify(heard);
  t.notMatch(all, leaseId);
  t.notMatch(all, apiKey);
});

t.test('the logger is told of losses and failures, without secrets; without one nothing is written', async (t) => {
  const lines: string[] = [];
  const log = (members: object, message: string): void => void lines.push(`${message} ${JSON.stringify(members)}`);
  const { client } = await clientOnApp(t);
  const gateway = client('gateway-1', { events: false, logger: { debug: log, info: log, warn: log, error: log } });
  const lease = await gateway.acquire('s');
  const { leaseId } = lease.export();
  await client('operator').revoke('s', { reason: 'wedged' });
  await t.rejects(lease.verify());
  t.match(lines.join('\n'), /a lease was lost .*"session":"s"/);
  t.notMatch(lines.join('\n'), leaseId);
});
