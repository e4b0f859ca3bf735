/** A running gateway or courier, as the demo sees it: its process, its turns under way, and the orders it takes. */
import type { ChildProcess } from 'node:child_process';
import type { Children } from '../children.ts';
import type { GatewayEvent } from '../records.ts';
import type { AtWrite, FromDemo } from './pause-point.ts';

export interface RunningGateway {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pid: number;
  /** Fulfilled when it has begun to look into the inbox. */
  readonly ready: Promise<void>;
  /** The turns that it began and has not ended, by message id. */
  readonly turnsUnderWay: ReadonlySet<string>;
  /** All that it said so far. For the timing of faults only: the judge reads the records. */
  readonly events: readonly GatewayEvent[];
  /** The session that it was about to write when it came to its pause point. */
  readonly atWrite: string | undefined;
  /** Has it stop its process at its next write; `atWrite` tells when it does. */
  pauseAtNextWrite(): void;
}

type FromGateway = GatewayEvent | AtWrite | { readonly ready: true };

export const startGateway = <Settings extends { readonly name: string }>(children: Children, file: string, settings: Settings): RunningGateway => {
  const child = children.startPart(settings.name, file, settings);
  const turnsUnderWay = new Set<string>();
  const events: GatewayEvent[] = [];
  let atWrite: string | undefined;
  const { promise: ready, resolve: setReady } = Promise.withResolvers<void>();
  child.on('message', (message: FromGateway) => {
    if ('ready' in message) return setReady();
    if ('atWrite' in message) {
      atWrite = message.atWrite;
      return;
    }
    events.push(message);
    if (message.event === 'turn-started') turnsUnderWay.add(message.messageId);
    if (message.event === 'turn-ended') turnsUnderWay.delete(message.messageId);
  });
  return {
    name: settings.name,
    child,
    pid: child.pid ?? 0, // 0 only when the start failed, which `children.crashed` tells
    ready,
    turnsUnderWay,
    events,
    get atWrite() {
      return atWrite;
    },
    pauseAtNextWrite: () => void child.send({ order: 'pause-at-next-write' } satisfies FromDemo),
  };
};
