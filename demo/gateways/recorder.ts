/** A gateway's or courier's own record of what it did, which outlives it; the demo hears of each event as well, to time its faults. */
import { join } from 'node:path';
import { type GatewayEvent, pathsIn } from '../records.ts';
import { append } from '../world/durable-lines.ts';
import { tellParent } from '../world/parent.ts';

type WithoutStamp<Event> = Event extends GatewayEvent ? Omit<Event, 'gateway' | 'pid' | 'atMs'> : never;

/** Writes one event down, with the moment and the process. */
export type WriteEvent = (event: WithoutStamp<GatewayEvent>) => void;

export const openRecorder = ({ name, folder }: { readonly name: string; readonly folder: string }): WriteEvent => {
  const path = join(pathsIn(folder).events, `${name}.jsonl`);
  return (event) => {
    const stamped = { gateway: name, pid: process.pid, atMs: Date.now(), ...event };
    append(path, stamped);
    void tellParent(stamped);
  };
};
