/** Profiles of the service, figure by figure: where they are written, and what they say. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FigureName } from './aims.ts';
import { selfTimes, type CpuProfile } from './cpu-profile.ts';

const SHOWN = 12;
/** A thread that was idle for more than this part of the time has nothing to tell. */
const IDLE_MAX = 0.95;

export interface Profiling {
  /** Options of Node.js with which an instance of the service writes its profile when it ends. */
  readonly nodeOptions: readonly string[];
  /** What the profiles say. The instances have ended. */
  remarks(): Promise<string[]>;
}

/** A folder for each figure: V8 names the profiles itself. */
export const profilingOf = async (profileFolder: string, name: FigureName): Promise<Profiling> => {
  const folder = join(resolve(profileFolder), name);
  await mkdir(folder, { recursive: true });
  const earlier = new Set(await readdir(folder));
  return {
    nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`],
    async remarks() {
      const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile') && !earlier.has(file));
      const told = files.map(async (file) => {
        const path = join(folder, file);
        const { idle, busy } = selfTimes(JSON.parse(await readFile(path, 'utf8')) as CpuProfile);
        if (idle > IDLE_MAX) return [];
        const rows = busy.slice(0, SHOWN).map(({ where, part }) => `  ${(100 * part).toFixed(1).padStart(5)} %  ${where}`);
        return [`${name}, a thread of the service, idle for ${Math.round(100 * idle)} % of the time; the rest by function (${path}):`, ...rows];
      });
      return (await Promise.all(told)).flat();
    },
  };
};
