/** What the system tells about processes: their use of the processors, and their memory. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';

/** Linux tells processor time in hundredths of a second, on every architecture that Node.js runs on. */
const TICK_MS = 10;

/** Fields of such a file from the third on: the name, second in the line, is in brackets and may have blanks. */
const statOf = async (path: string): Promise<number[]> => {
  const stat = await readFile(path, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
};

/** Processor time that the main thread has used so far. It is what limits a Node.js server, and Redis. */
export const mainThreadCpuMs = async (pid: number): Promise<number> => {
  const fields = await statOf(`/proc/${pid}/task/${pid}/stat`);
  // User and system time are fields 14 and 15.
  return (fields[11]! + fields[12]!) * TICK_MS;
};

/** Processor time that all threads of a process have used so far, and those of its children that have ended. */
export const processCpuMs = async (pid: number): Promise<number> => {
  const fields = await statOf(`/proc/${pid}/stat`);
  return (fields[11]! + fields[12]! + fields[13]! + fields[14]!) * TICK_MS;
};

/** Processor time that everybody on this machine has used so far, divided by its cores. */
export const machineCpuMs = (): number =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / availableParallelism();

export const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} tells no resident size`);
  return Number(kib) * 1024;
};
