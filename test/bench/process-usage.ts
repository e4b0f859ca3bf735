/** What Linux tells about a process: its main thread's use of the processor, and its memory. */
import { readFile } from 'node:fs/promises';

/** Linux tells processor time in hundredths of a second, on every architecture that Node.js runs on. */
const TICK_MS = 10;

/** Processor time that the main thread has used so far. It is what limits a Node.js server. */
export const mainThreadCpuMs = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  // The name, second in the line, is in brackets and may have blanks; user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

export const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} tells no resident size`);
  return Number(kib) * 1024;
};
