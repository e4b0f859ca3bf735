/** The two faults that strike every run: one gateway is killed, and another is paused for longer than a lease lives. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.ts';
import type { RunningGateway } from './gateways/start.ts';
import { type FaultRecord, pathsIn } from './records.ts';
import { until } from './until.ts';
import { appendDurably } from './world/durable-lines.ts';

/** A killed gateway is started again after this long, as by a supervisor. */
const RESTART_AFTER_MS = 2_000;
const STRIKE_MS_MAX = 15_000;

export interface Struck {
  readonly children: Children;
  readonly folder: string;
  tell(news: string): void;
}

const recordFault = (folder: string, fault: FaultRecord['fault'], { name, pid }: RunningGateway): void =>
  appendDurably(pathsIn(folder).faults, { fault, gateway: name, pid, atMs: Date.now() } satisfies FaultRecord);

/** Kills a gateway in the middle of a turn, and starts it again. Between the two, `gateway()` is down. */
export const killGateway = async (
  { children, folder, tell }: Struck,
  gateway: RunningGateway,
  replace: (next: RunningGateway | undefined) => void,
  restart: () => RunningGateway,
): Promise<void> => {
  await until(`turn of ${gateway.name} to kill it in`, STRIKE_MS_MAX, () => gateway.turnsUnderWay.size > 0 || undefined);
  replace(undefined);
  await children.kill(gateway.child);
  recordFault(folder, 'killed', gateway);
  tell(`${gateway.name} was killed`);
  await delay(RESTART_AFTER_MS);
  const next = restart();
  recordFault(folder, 'restarted', next);
  replace(next);
  tell(`${gateway.name} is back`);
};

/**
 * Stops a gateway right before it writes a reply, and lets it go on after `pauseMs`, or once `isOvertaken` says that
 * another gateway has begun to work on that session, if that is later.
 */
export const pauseGateway = async (
  { folder, tell }: Struck,
  gateway: RunningGateway,
  pauseMs: number,
  isOvertaken: (session: string, sinceMs: number) => boolean,
): Promise<void> => {
  gateway.order('pause-at-next-write');
  const session = await until(`write of ${gateway.name} to pause it at`, STRIKE_MS_MAX, () => gateway.atWrite);
  const sinceMs = Date.now();
  gateway.child.kill('SIGSTOP');
  recordFault(folder, 'paused', gateway);
  tell(`${gateway.name} is paused`);
  gateway.order('go-on'); // waits in the pipe until the process goes on
  await delay(pauseMs);
  await until(`other gateway on ${session}, which ${gateway.name} had`, STRIKE_MS_MAX, () => isOvertaken(session, sinceMs) || undefined);
  gateway.child.kill('SIGCONT');
  recordFault(folder, 'resumed', gateway);
  tell(`${gateway.name} goes on`);
};
