/** The faults that strike a run, each recorded: processes are killed and started again, a gateway is paused, the channel goes away. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import type { GatewayPair } from './gateways/pair.ts';
import type { RunningGateway } from './gateways/start.ts';
import { type FaultRecord, pathsIn } from './records.ts';
import { until } from './until.ts';
import type { ChannelRecord } from './world/channel.ts';
import { appendDurably, readLines } from './world/durable-lines.ts';
import type { RunningChannel } from './world/start.ts';
import type { GatewayName } from './workload/plan.ts';

/** What is struck. */
export interface Struck {
  readonly children: Children;
  readonly folder: string;
  readonly pair: GatewayPair;
  /** Hears what has happened. */
  tell(news: string): void;
}

interface Process {
  readonly name: string;
  readonly pid: number;
}

const STRIKE_MS_MAX = 60_000; // a busy machine may be slow to come to that point

const recordFault = ({ folder, tell }: Struck, fault: FaultRecord['fault'], { name, pid }: Process): void => {
  appendDurably(pathsIn(folder).faults, { fault, process: name, pid, atMs: Date.now() } satisfies FaultRecord);
  tell(`${name} ${fault}`);
};

/** Kills a process, and starts it again later. */
export const crash = async <Victim extends Process & { readonly child: ChildProcess }>(
  struck: Struck,
  victim: Victim,
  restartAfterMs: number,
  startAgain: () => Victim | Promise<Victim>,
): Promise<Victim> => {
  await struck.children.kill(victim.child);
  recordFault(struck, 'killed', victim);
  await delay(restartAfterMs);
  const restarted = await startAgain();
  recordFault(struck, 'restarted', restarted);
  return restarted;
};

/** Kills a gateway in the middle of a turn, and starts it again later. */
export const crashGateway = async (struck: Struck, name: GatewayName, restartAfterMs: number): Promise<void> => {
  const { pair } = struck;
  const findVictim = (): RunningGateway | undefined => [pair.get(name)].find((gateway) => gateway && gateway.turnsUnderWay.size > 0);
  const victim = await until(`turn of ${name} to kill it in`, STRIKE_MS_MAX, findVictim);
  pair.down(name);
  await crash(struck, victim, restartAfterMs, () => pair.start(name));
};

const TURNED_AWAY_MIN = 3;

/** Has the channel answer 502 for a while, and until it has done so to a few replies: on a busy machine they may be late. */
export const sendAway = async (struck: Struck, channel: RunningChannel, awayMs: number): Promise<void> => {
  const turnedAway = (): number => new Set(readLines<ChannelRecord>(pathsIn(struck.folder).channel).flatMap(({ became, replyId }) => (became === 'unavailable' ? replyId : []))).size;
  channel.setAway(true);
  recordFault(struck, 'away', channel);
  await delay(awayMs);
  await until('few replies for the channel to turn away', STRIKE_MS_MAX, () => turnedAway() >= TURNED_AWAY_MIN || undefined);
  channel.setAway(false);
  recordFault(struck, 'back', channel);
};

export interface Pause {
  /** At least so long. */
  readonly pauseMs: number;
  /** Whether the other gateway has begun to work on the session since: not before does the paused one go on. */
  isOvertaken(session: string, sinceMs: number): boolean;
}

/** Has a gateway stop right before it writes a reply, and lets it go on later. */
export const pauseGateway = async (struck: Struck, name: GatewayName, { pauseMs, isOvertaken }: Pause): Promise<void> => {
  const gateway = await until(`${name} to pause`, STRIKE_MS_MAX, () => struck.pair.get(name));
  gateway.pauseAtNextWrite();
  const session = await until(`write of ${name} to pause it at`, STRIKE_MS_MAX, () => gateway.atWrite);
  const sinceMs = Date.now();
  recordFault(struck, 'paused', gateway);
  await delay(pauseMs);
  await until(`other gateway on ${session}, which ${name} had`, STRIKE_MS_MAX, () => isOvertaken(session, sinceMs) || undefined);
  gateway.child.kill('SIGCONT');
  recordFault(struck, 'resumed', gateway);
};
