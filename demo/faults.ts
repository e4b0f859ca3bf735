/** The two faults that strike every run: one gateway is killed, and the other one is paused for longer than a lease lives. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import type { GatewayPair } from './gateways/pair.ts';
import type { RunningGateway } from './gateways/start.ts';
import { type FaultRecord, pathsIn } from './records.ts';
import { until } from './until.ts';
import { appendDurably } from './world/durable-lines.ts';
import type { GatewayName } from './workload/plan.ts';

/** What is struck. */
export interface Struck {
  readonly children: Children;
  readonly folder: string;
  readonly pair: GatewayPair;
  /** Hears what has happened. */
  tell(news: string): void;
}

const STRIKE_MS_MAX = 15_000;

const recordFault = ({ folder }: Struck, fault: FaultRecord['fault'], { name, pid }: RunningGateway): void =>
  appendDurably(pathsIn(folder).faults, { fault, gateway: name, pid, atMs: Date.now() } satisfies FaultRecord);

/** Kills a gateway in the middle of a turn, and starts it again later. */
export const killGateway = async (struck: Struck, name: GatewayName, restartAfterMs: number): Promise<void> => {
  const { children, pair, tell } = struck;
  const findVictim = (): RunningGateway | undefined => [pair.get(name)].find((gateway) => gateway && gateway.turnsUnderWay.size > 0);
  const victim = await until(`turn of ${name} to kill it in`, STRIKE_MS_MAX, findVictim);
  pair.down(name);
  await children.kill(victim.child);
  recordFault(struck, 'killed', victim);
  tell(`${name} was killed`);
  await delay(restartAfterMs);
  recordFault(struck, 'restarted', pair.start(name));
  tell(`${name} is back`);
};

export interface Pause {
  /** At least so long. */
  readonly pauseMs: number;
  /** Whether the other gateway has begun to work on the session since: not before does the paused one go on. */
  isOvertaken(session: string, sinceMs: number): boolean;
}

/** Has a gateway stop right before it writes a reply, and lets it go on later. */
export const pauseGateway = async (struck: Struck, name: GatewayName, { pauseMs, isOvertaken }: Pause): Promise<void> => {
  const { pair, tell } = struck;
  const gateway = await until(`${name} to pause`, STRIKE_MS_MAX, () => pair.get(name));
  gateway.pauseAtNextWrite();
  const session = await until(`write of ${name} to pause it at`, STRIKE_MS_MAX, () => gateway.atWrite);
  const sinceMs = Date.now();
  recordFault(struck, 'paused', gateway);
  tell(`${name} is paused`);
  await delay(pauseMs);
  await until(`other gateway on ${session}, which ${name} had`, STRIKE_MS_MAX, () => isOvertaken(session, sinceMs) || undefined);
  gateway.child.kill('SIGCONT');
  recordFault(struck, 'resumed', gateway);
  tell(`${name} goes on`);
};
