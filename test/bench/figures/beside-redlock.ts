/** The quorum store beside plain redlock on the same nodes. Redlock has neither HTTP nor tokens, order or a claim: it is what a majority of votes alone costs. */
import type { Aim } from '../aims.ts';
import type { Bench } from '../bench.ts';
import type { Rate } from '../generator/tasks.ts';
import type { Measured } from '../line.ts';
import { pairRatios } from '../statistics.ts';

const CONNECTIONS = 64;
const CONTENDERS = 16;

const perSecond = (done: number, elapsedMs: number): number => (1_000 * done) / elapsedMs;
const rateOf = ({ done, elapsedMs }: Rate): number => perSecond(done, elapsedMs);

/** Measures both sides in turns, after a run of each that is not counted. */
const inTurns = async <T>(bench: Bench, name: string, sides: readonly (() => Promise<T>)[]): Promise<readonly (readonly T[])[]> => {
  for (const side of sides) await side();
  const runs: T[][] = sides.map(() => []);
  for (let run = 1; run <= bench.runs; run += 1) {
    for (const [nth, side] of sides.entries()) runs[nth]!.push(await side());
    bench.progress(`${name}: run ${run} of ${bench.runs}`);
  }
  return runs;
};

const urlsOf = (bench: Bench): readonly string[] => bench.deployment.redises.map(({ url }) => url);

export const measurePairsBesideRedlock = async (bench: Bench, aim: Aim): Promise<Measured> => {
  const durationMs = bench.seconds * 1_000;
  const { baseUrl } = bench.holdfast;
  const [holdfast = [], redlock = []] = await inTurns(bench, 'pairs', [
    async () => rateOf(await bench.generator.run({ kind: 'pairs', baseUrl, connections: CONNECTIONS, durationMs, prefix: bench.newPrefix() })),
    async () => rateOf(await bench.generator.run({ kind: 'redlock-pairs', urls: urlsOf(bench), connections: CONNECTIONS, durationMs, prefix: bench.newPrefix() })),
  ]);
  return {
    lines: [
      { figure: 'acquire+release pairs, appendfsync always', unit: 'x redlock', aim, runs: pairRatios(holdfast, redlock) },
      { figure: '  Holdfast', unit: 'pairs/s', runs: holdfast },
      { figure: '  plain redlock', unit: 'pairs/s', runs: redlock },
    ],
    remarks: [],
  };
};

export const measureContended = async (bench: Bench, aim: Aim): Promise<Measured> => {
  const durationMs = bench.seconds * 1_000;
  const { baseUrl } = bench.holdfast;
  const [holdfast = [], redlock = []] = await inTurns(bench, 'contended', [
    () => bench.generator.run({ kind: 'contended', baseUrl, contenders: CONTENDERS, durationMs, prefix: bench.newPrefix() }),
    () => bench.generator.run({ kind: 'redlock-contended', urls: urlsOf(bench), contenders: CONTENDERS, durationMs, prefix: bench.newPrefix() }),
  ]);
  const handOffs = (runs: typeof holdfast): number[] => runs.map((run) => perSecond(run.handOffs, run.elapsedMs));
  return {
    lines: [
      { figure: `hand-offs, ${CONTENDERS} contenders`, unit: 'x redlock', aim, runs: pairRatios(handOffs(holdfast), handOffs(redlock)) },
      { figure: '  Holdfast', unit: '/s', runs: handOffs(holdfast) },
      { figure: '  plain redlock, its own retries', unit: '/s', runs: handOffs(redlock) },
      { figure: '  plain redlock, grants to whoever had it before included', unit: '/s', runs: redlock.map((run) => perSecond(run.grants, run.elapsedMs)) },
    ],
    remarks: [`contended: a hand-off is a grant to another contender than the one before; each lets go at once. Holdfast's come in the order of arrival, each with a larger token.`],
  };
};
