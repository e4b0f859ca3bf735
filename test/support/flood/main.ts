/** A process that asks for leases as fast as it is answered, on many connections, for a while; then it tells its parent what it got. */
import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';

const { baseUrl, key, connections, forMs } = JSON.parse(process.argv[2]!) as { baseUrl: string; key: string; connections: number; forMs: number };

const pool = new Pool(baseUrl, { connections, pipelining: 4 });
const statuses: Record<number, number> = {};
const endsMs = performance.now() + forMs;
let sent = 0;

const ask = async (): Promise<void> => {
  while (performance.now() < endsMs) {
    sent += 1;
    const path = `/v1/leases/flood-${sent % 5_000}`;
    const headers = { authorization: `Bearer ${key}`, 'lease-id': randomBytes(18).toString('base64url'), 'content-type': 'application/json' };
    const { statusCode, body } = await pool.request({ method: 'PUT', path, headers, body: '{"holder":"flood","ttlMs":1000}' });
    await body.dump();
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
  }
};

await Promise.all(Array.from({ length: connections * 4 }, ask));
await pool.close();
process.send?.({ sent, statuses });
