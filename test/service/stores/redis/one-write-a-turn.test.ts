// Commands of one turn of the event loop leave together, in their order, and nothing is kept back.
import type { Socket } from 'node:net';
import t from 'tap';
import { makeConnection } from '../../../../service/src/stores/redis/connections.ts';
import { ownRedis } from '../../../support/own-redis.ts';

interface Writes {
  _write: (this: Socket, ...args: unknown[]) => void;
  _writev: (this: Socket, ...args: unknown[]) => void;
}

t.test('fifty commands and a pipeline of one turn are one write; so are those of the next', async (t) => {
  const redis = makeConnection({ address: { host: '', port: 0, db: 0, tls: false, socketPath: await ownRedis(t) }, name: 'test', reconnectDelayMs: () => 100 });
  redis.on('error', () => {}); // a command fails as well
  t.teardown(() => redis.disconnect());
  await redis.connect();

  let writes = 0;
  const stream = redis.stream as unknown as Writes;
  for (const name of ['_write', '_writev'] as const) {
    const original = stream[name];
    stream[name] = function (...args) {
      writes += 1;
      original.apply(this, args);
    };
  }

  const turn = async (from: number): Promise<unknown[]> => {
    const single = Array.from({ length: 50 }, (_, n) => redis.rpush('order', String(from + n)));
    const pipeline = redis.pipeline().rpush('order', 'a').rpush('order', 'b').exec();
    return Promise.all([...single, pipeline]);
  };
  await turn(0);
  t.equal(writes, 1);
  await turn(50);
  t.equal(writes, 2);
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  t.strictSame(await redis.lrange('order', 0, -1), [...numbers, 'a', 'b', ...numbers.map((n) => n + 50), 'a', 'b'].map(String));
  t.equal(redis.stream.writableCorked, 0);
});
