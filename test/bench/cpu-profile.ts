/** Where a profiled process spent its time: V8's CPU profile, added up by function. */

/** The part of V8's format that is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** The node that was on top of the stack, sample by sample. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly where: string;
  /** Part of the time in which the thread was not idle, 0 to 1. */
  readonly part: number;
}

export interface SelfTimes {
  /** Part of the whole time, 0 to 1. */
  readonly idle: number;
  /** The longest first. */
  readonly busy: readonly SelfTime[];
}

/** What V8 calls a thread that waits. */
const IDLE = '(idle)';

const FOLDERS_SHOWN = 3;

const placeOf = ({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string => {
  const name = functionName || '(anonymous)';
  // V8 counts lines from 0; what has no file, such as (idle), is V8's own.
  return url === '' ? name : `${name} ${url.split('/').slice(-FOLDERS_SHOWN).join('/')}:${lineNumber + 1}`;
};

/** Functions by the time in which they, and nothing that they had called, were running. */
export const selfTimes = ({ nodes, samples, timeDeltas }: CpuProfile): SelfTimes => {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, sample) => {
    const where = places.get(id) ?? '(unknown)';
    times.set(where, (times.get(where) ?? 0) + timeDeltas[sample]!);
  });
  const whole = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const idle = times.get(IDLE) ?? 0;
  times.delete(IDLE);
  return { idle: idle / whole, busy: [...times].map(([where, time]) => ({ where, part: time / (whole - idle) })).toSorted((a, b) => b.part - a.part) };
};
