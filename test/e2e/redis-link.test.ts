// The link to a real Redis that stops, vanishes, comes back, is slow to load, or comes back as it must not be.
import t, { type Test } from 'tap';
import { systemClock } from '../../service/src/clock.ts';
import { StoreUnavailableError } from '../../service/src/session/errors.ts';
import { outcomeAfter } from '../../service/src/stores/redis/command-faults.ts';
import { RedisLink } from '../../service/src/stores/redis/link.ts';
import type { RiskName } from '../../service/src/stores/redis/server-checks.ts';
import { subscribe } from '../../service/src/stores/redis/subscription.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

t.setTimeout(120_000);

interface Scene {
  readonly link: RedisLink;
  readonly lines: string[];
}

const linkTo = (t: Test, redis: RedisServer, accepted: readonly RiskName[] = []): Scene => {
  const lines: string[] = [];
  const link = new RedisLink({
    address: { host: '127.0.0.1', port: redis.port, db: 0, tls: false },
    accepted,
    instanceId: 'test',
    clock: systemClock,
    reconnectDelayMs: () => 100,
    log: { info: (line) => void lines.push(`info: ${line}`), warn: (line) => void lines.push(`warn: ${line}`) },
  });
  t.teardown(() => link.close());
  return { link, lines };
};

const opened = async (t: Test, redis: RedisServer, accepted?: readonly RiskName[]): Promise<Scene> => {
  const scene = linkTo(t, redis, accepted);
  await scene.link.open();
  return scene;
};

const settled = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'answered', (error: unknown) => outcomeAfter(error));

const refusalOf = (link: RedisLink): string => {
  try {
    link.refuseUnlessUp();
  } catch (error) {
    if (error instanceof StoreUnavailableError && error.outcome === 'not-applied') return error.message;
    throw error;
  }
  throw new Error('it takes commands');
};

const dropAll = (redis: RedisServer): Promise<unknown> => redis.ask((asked) => asked.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));

t.test('a server that stands still is noticed within two seconds, and used again soon after it goes on', async (t) => {
  const redis = await startRedisServer(t);
  const { link, lines } = await opened(t, redis);
  redis.pause();
  const pausedMs = monotonicMs();
  const pending = settled(link.commands.set('k', 'v'));
  await until('it is noticed', () => !link.isUp);
  const noticedMs = monotonicMs() - pausedMs;
  t.ok(noticedMs < 4_000, `noticed after ${noticedMs} ms`); // two seconds, and a machine that is busy with other tests
  t.equal(await pending, 'unknown');
  t.match(refusalOf(link), /^Redis is not to be used just now: it accepts connections and does not answer\.$/);
  t.match(link.checks(), [{ name: 'redis', ok: false, detail: 'it accepts connections and does not answer' }, { name: 'redis-subscription' }]);
  redis.resume();
  const resumedMs = monotonicMs();
  await until('it is used again', () => link.isUp);
  t.comment(`noticed after ${Math.round(noticedMs)} ms, used again ${Math.round(monotonicMs() - resumedMs)} ms after it went on`);
  t.equal(await settled(link.commands.set('k', 'v')), 'answered');
  t.strictSame(lines, [`warn: ${redis.url} is away: it accepts connections and does not answer.`, `info: ${redis.url} is in use.`], 'one line for each change');
});

t.test('a server that was killed and started again is used again, with its subscription, and each change is one line', async (t) => {
  const redis = await startRedisServer(t);
  const { link, lines } = await opened(t, redis);
  const messages: string[] = [];
  let subscribed = 0;
  let ups = 0;
  link.onUp(() => (ups += 1));
  await subscribe({ link, channels: ['news'], onMessage: (_channel, message) => void messages.push(message), onSubscribed: () => (subscribed += 1) });
  for (const round of [1, 2, 3]) {
    const before = subscribed;
    const pending = settled(link.commands.call('BLPOP', 'nothing', '0'));
    await redis.kill();
    t.equal(await pending, 'unknown', 'what waits for an answer is told at once');
    await until('the link is down', () => !link.isUp);
    await redis.start();
    await until('both connections are back', () => link.isUp && subscribed > before);
    await redis.ask((asked) => asked.publish('news', `round ${round}`));
  }
  await until('the messages have come', () => messages.length === 3);
  t.strictSame(messages, ['round 1', 'round 2', 'round 3']);
  t.equal(ups, 3);
  t.equal(lines.filter((line) => line.startsWith('warn')).length, 3, lines.join('\n'));
  t.equal(lines.filter((line) => line === `info: ${redis.url} is in use.`).length, 3);
});

t.test('a server that comes back as it must not be takes no command until it is right again', async (t) => {
  const redis = await startRedisServer(t);
  const { link, lines } = await opened(t, redis);
  await redis.ask((asked) => asked.config('SET', 'maxmemory-policy', 'allkeys-lru'));
  t.equal(link.isUp, true, 'it is judged when it comes, and not all the time');
  await dropAll(redis);
  await until('it is refused', () => lines.some((line) => line.includes('is not used: it may forget leases')));
  t.match(refusalOf(link), /maxmemory-policy allkeys-lru/);
  t.match(link.checks()[0], { name: 'redis', ok: false, detail: /maxmemory-policy allkeys-lru/ });
  await redis.ask((asked) => asked.config('SET', 'maxmemory-policy', 'noeviction'));
  await until('it is used again', () => link.isUp);
  t.equal(await settled(link.commands.set('k', 'v')), 'answered');
});

t.test('a link is closed in the middle of whatever it is at, and closes again', async (t) => {
  const redis = await startRedisServer(t);
  const links = await Promise.all(Array.from({ length: 12 }, async () => (await opened(t, redis)).link));
  const closing = links.slice(0, 3).map((link) => link.close());
  await redis.kill();
  for (const link of links.slice(3)) {
    // Some wait for their next attempt, some are being refused.
    await until('an attempt begins', () => link.commands.status === 'connecting', { everyMs: 1 });
    closing.push(link.close());
  }
  await Promise.all(closing);
  t.strictSame([...new Set(links.map(({ isUp }) => isUp))], [false]);
  await Promise.all(links.map((link) => link.close()));
});

t.test('a risk that comes with a reconnect is told, if it was accepted, and one that went is told of no more', async (t) => {
  const redis = await startRedisServer(t);
  const { link, lines } = await opened(t, redis, ['fsync']);
  t.strictSame(link.acceptedRisks, []);
  await redis.ask((asked) => asked.config('SET', 'appendfsync', 'everysec'));
  await dropAll(redis);
  await until('the risk is there', () => link.acceptedRisks.length === 1 && link.isUp);
  t.match(lines, [/is away/, /^warn: Accepted risk "fsync" of redis:.*everysec/, /in use/]);
  await redis.ask((asked) => asked.config('SET', 'appendfsync', 'always'));
  await dropAll(redis);
  await until('the risk is gone', () => link.acceptedRisks.length === 0);
});

t.test('a primary that is made a replica is left at its first refusal', async (t) => {
  const [redis, other] = [await startRedisServer(t), await startRedisServer(t)];
  const { link } = await opened(t, redis);
  await redis.ask((asked) => asked.replicaof('127.0.0.1', other.port));
  t.equal(await settled(link.commands.set('k', 'v')), 'not-applied');
  await until('it is refused', () => !link.isUp && refusalOf(link).includes('it is a replica of another Redis'));
});

t.test('a start waits for a server that reads its append-only file', async (t) => {
  // A setting that Redis has for its own tests: so many microseconds for each command that it reads.
  const redis = await startRedisServer(t, { settings: ['--key-load-delay', '1000'] });
  await redis.ask(async (asked) => {
    const writes = asked.pipeline();
    for (let n = 0; n < 3_000; n += 1) writes.set(`k${n}`, 'v');
    await writes.exec();
  });
  await redis.kill();
  const starting = redis.start();
  const { link, connectedMs } = await until('it takes connections', async () => {
    const { link } = linkTo(t, redis);
    const times = { connectedMs: 0 };
    link.commands.on('connect', () => (times.connectedMs = monotonicMs()));
    const fault = await link.open().then(() => undefined, String);
    if (fault === undefined) return { link, ...times };
    t.match(fault, /nothing listens there|accepts connections and does not answer/, 'until then it is not there, or still reads, and nothing else');
    return undefined;
  });
  t.ok(monotonicMs() - connectedMs > 500, 'it was connected long before it was used');
  t.equal(await link.commands.dbsize(), 3_000);
  await starting;
});
