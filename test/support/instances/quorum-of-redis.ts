/** A run over a quorum of Redis, each in a network of its own: nodes are killed, stopped, cut off one way and both, slowed and restarted. Needs root on Linux. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NetworkNamespace, newNetworkNamespace, type Way } from '../network-namespace.ts';
import { serverFolder } from '../own-server.ts';
import { RedisServer } from '../redis-server.ts';
import { pause, until } from '../until.ts';
import type { Deployment } from './deployment.ts';
import type { Mishaps, Strikes } from './faults.ts';
import { cutFrom } from './one-redis.ts';
import type { StoreOfRun, Teardown } from './store-of-run.ts';

const [PORT, SLOW_PORT] = [6_379, 7_000];
const SLOW_PROXY = fileURLToPath(new URL('../slow-proxy.ts', import.meta.url));
/** A round trip through the slow node takes twice as long: more than it is waited for, in the end. */
const SLOW_MS_MAX = 400;
const AWAY_MS = { least: 800, more: 1_500 };

export interface QuorumNode {
  readonly redis: RedisServer;
  readonly network: NetworkNamespace;
}

/** Starts one in a network of its own. */
export const startNode = async (t: Teardown, nth: number): Promise<QuorumNode> => {
  const network = await newNetworkNamespace(t, nth);
  const redis = new RedisServer(t, serverFolder(t, 'redis'), PORT, { settings: ['--auto-aof-rewrite-percentage', '0'], host: network.host, through: network.through });
  return { redis: await redis.start(), network };
};

/** Before a node's server, in its network. */
class SlowProxy {
  readonly url: string;
  readonly #tell: (delayMs: number) => void;

  constructor({ host }: NetworkNamespace, tell: (delayMs: number) => void) {
    this.url = `redis://${host}:${SLOW_PORT}/0`;
    this.#tell = tell;
  }

  slow(delayMs: number): void {
    this.#tell(delayMs);
  }
}

const startSlowProxy = async (t: Teardown, network: NetworkNamespace): Promise<SlowProxy> => {
  const [program = '', ...args] = [...network.through, process.execPath, SLOW_PROXY, network.host, String(SLOW_PORT), String(PORT)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(async () => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  });
  await once(child.stdout, 'data');
  return new SlowProxy(network, (delayMs) => void child.stdin.write(`${delayMs}\n`));
};

/** The first of the nodes is reached through a proxy that can be slow. */
export const startQuorumOfRedis = async (t: Teardown, count: number): Promise<StoreOfRun> => {
  const nodes: QuorumNode[] = [];
  for (let nth = 1; nth <= count; nth += 1) nodes.push(await startNode(t, nth));
  const proxy = await startSlowProxy(t, nodes[0]!.network);
  const urls = nodes.map(({ redis }, nth) => (nth === 0 ? proxy.url : redis.url));
  return { url: urls.join(','), strikes: (mishaps, { deployment, chance }) => strikesOf({ nodes, proxy, deployment, mishaps, chance }) };
};

interface StrikesParts {
  readonly nodes: readonly QuorumNode[];
  readonly proxy: SlowProxy;
  readonly deployment: Deployment;
  readonly mishaps: Mishaps;
  readonly chance: () => number;
}

const strikesOf = ({ nodes, proxy, deployment, mishaps, chance }: StrikesParts): Strikes => {
  const minority = (nodes.length - 1) / 2;
  const away = (): Promise<void> => pause(AWAY_MS.least + chance() * AWAY_MS.more);
  /** All that a minority may be away for: each node votes again, at every instance, before anything else happens. */
  const untilAllVote = async (): Promise<void> => {
    await until('every node votes at every instance', async () => (await Promise.all(deployment.services.map(({ baseUrl }) => isComplete(baseUrl)))).every(Boolean));
  };
  const kill = async ({ redis }: QuorumNode): Promise<void> => {
    await redis.kill();
    await mishaps.down();
    await redis.start();
  };
  const stop = async ({ redis }: QuorumNode): Promise<void> => {
    redis.pause();
    await away();
    redis.resume();
  };
  const cut = async ({ network }: QuorumNode, way: Way): Promise<void> => {
    await network.cut(way);
    await away();
    await network.heal(way);
  };
  const one = (strike: (node: QuorumNode) => Promise<void>) => async (): Promise<void> => {
    await strike(mishaps.one(nodes));
    await untilAllVote();
  };
  const majority = (strike: (node: QuorumNode) => Promise<void>) => async (): Promise<void> => {
    await mishaps.withoutStore(async () => void (await Promise.all(mishaps.some(nodes, minority + 1).map(strike))));
    await untilAllVote();
  };
  const two: Strikes = {
    'two of five nodes away, each in its own way': async () => {
      const [first, second] = mishaps.some(nodes, 2);
      await Promise.all([kill(first!), cut(second!, 'both')]);
      await untilAllVote();
    },
  };
  return {
    'node killed': one(kill),
    'node stopped': one(stop),
    'node cut off': one((node) => cut(node, 'both')),
    'node does not hear': one((node) => cut(node, 'to')),
    'node is not heard': one((node) => cut(node, 'from')),
    'node restarted': one(({ redis }) => redis.restart()),
    'connections of a node cut': one(({ redis }) => cutFrom(redis, /./, chance)),
    'node slowed': async () => {
      proxy.slow(chance() * SLOW_MS_MAX);
      await away();
      proxy.slow(0);
      await untilAllVote();
    },
    'node and an instance killed': one(async ({ redis }) => {
      const [, { startAgain }] = await Promise.all([redis.kill(), mishaps.killInstance(Math.floor(chance() * deployment.services.length))]);
      await startAgain();
      await redis.start();
    }),
    'all nodes restarted, one after the other': async () => {
      for (const { redis } of mishaps.shuffled(nodes)) {
        await redis.restart();
        await untilAllVote();
      }
    },
    'a majority killed': majority(kill),
    'a majority stopped': majority(stop),
    ...(minority > 1 ? two : {}),
  };
};

const isComplete = async (baseUrl: string): Promise<boolean> => {
  const answer = await fetch(`${baseUrl}/readyz`);
  const { checks } = (await answer.json()) as { readonly checks: readonly { readonly ok: boolean }[] };
  return checks.every(({ ok }) => ok);
};
