/** A process that does nothing but run a courier, of a service that is not there. It closes it at the first line on its standard input. */
import { once } from 'node:events';
import { LeaseClient } from '../../client/src/index.ts';

const client = new LeaseClient({ baseUrl: 'http://127.0.0.1:1', holder: 'courier', requestTimeoutMs: 1 });
const courier = client.courier({ commit: () => {}, deliver: () => {} }, { pollMs: 10, onError: () => process.stdout.write('tried\n') });
process.stdin.unref?.();
void once(process.stdin, 'data').then(async () => {
  await courier.close();
  process.stdout.write('closed\n');
  process.stdin.destroy();
});
