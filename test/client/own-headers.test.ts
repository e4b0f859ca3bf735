// What every request of a client carries besides what it asks.
import t from 'tap';
import { ownHeaders } from '../../client/src/own-headers.ts';
import { clientOnApp } from '../support/client-on-app.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

t.test('the key, and the trace of the moment', async (t) => {
  t.strictSame(ownHeaders(undefined, undefined)(), {});
  t.strictSame(ownHeaders('key', undefined)(), { authorization: 'Bearer key' });
  let current: string | undefined = PARENT;
  const own = ownHeaders('key', () => current);
  t.strictSame(own(), { authorization: 'Bearer key', traceparent: PARENT });
  current = undefined;
  t.strictSame(own(), { authorization: 'Bearer key' }, 'outside of any trace');
  for (current of ['', 'x', `${PARENT}\r\nevil: 1`, PARENT.toUpperCase()]) t.strictSame(own(), { authorization: 'Bearer key' }, JSON.stringify(current));
});

t.test('the trace of a call is in the log of the service', async (t) => {
  const lines: object[] = [];
  const write = (facts: object): void => void lines.push(facts);
  const log = { warn: write, error: write, info: write, debug: write, trace: write, fatal: write, silent: write, level: 'info', child: () => log } as never;
  const { client } = await clientOnApp(t, { log });
  const gateway = client('gateway-1', { traceparent: () => PARENT });
  await gateway.acquire('s');
  await gateway.requestYield('s', { reason: 'a newer message' });
  t.match(lines.filter((line) => typeof line === 'object'), [{ audit: true, action: 'yield', session: 's', traceId: TRACE, reason: 'a newer message' }]);
});
