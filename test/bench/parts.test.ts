/** The arithmetic of the bench: figures, flags and tables, apart from any measuring. */
import t from 'tap';
import { FIGURE_NAMES, isMet, STORE_NAMES } from './aims.ts';
import { selfTimes } from './cpu-profile.ts';
import { figureOf } from './figures/by-store.ts';
import { latencyOf } from './generator/hand-off.ts';
import { askUntilAnswered, planned } from './generator/keep.ts';
import { countHeld } from './generator/lease-requests.ts';
import { measureRate } from './generator/rate.ts';
import { OptionsError, parseOptions } from './options.ts';
import { fieldsOf } from './redis-fields.ts';
import { median, pairRatios, quantile, spread } from './statistics.ts';
import { shown, table } from './table.ts';

t.test('quantiles are of the sorted sample, and interpolate between two values', async (t) => {
  t.equal(median([10, 9, 100]), 10);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.equal(quantile([0, 10], 0.9), 9);
  t.strictSame(spread([3, 1, 2]), { min: 1, median: 2, max: 3 });
  t.throws(() => median([]), RangeError);
});

t.test('ratios are taken run by run, not of the medians', async (t) => {
  t.strictSame(pairRatios([10, 1], [5, 4]), [2, 0.25]);
  t.throws(() => pairRatios([1], [1, 2]), /do not pair/);
  t.throws(() => pairRatios([1], [0]), /0 to compare/);
});

t.test('a rate counts the work of all connections, side by side', async (t) => {
  const counts = [0, 0, 0];
  const turns = counts.map((_, connection) => async () => {
    await new Promise(setImmediate);
    counts[connection]! += 1;
    return 2;
  });
  const { done, elapsedMs } = await measureRate(30, turns);
  t.equal(done, 2 * counts.reduce((sum, count) => sum + count));
  t.ok(elapsedMs >= 30);
});

t.test('a median is judged at its aim and beside it', async (t) => {
  t.ok(isMet({ is: 'at-least', value: 0.5 }, 0.5));
  t.notOk(isMet({ is: 'at-least', value: 0.5 }, 0.499));
  t.ok(isMet({ is: 'at-most', value: 2 }, 2));
  t.notOk(isMet({ is: 'at-most', value: 2 }, 2.001));
  t.ok(isMet({ is: 'below', value: 5 }, 4.999));
  t.notOk(isMet({ is: 'below', value: 5 }, 5));
  t.ok(isMet({ is: 'exactly', value: 3 }, 3));
  t.notOk(isMet({ is: 'exactly', value: 3 }, 3.01));
});

t.test('the table tells min, median, max and the verdict of each line', async (t) => {
  const rows = table([
    { figure: 'pairs', unit: 'x', aim: { is: 'at-least', value: 0.5 }, runs: [0.4, 0.6, 0.51] },
    { figure: 'renewals', unit: 'x', aim: { is: 'at-least', value: 0.65 }, runs: [0.64, 0.7, 0.6] },
    { figure: 'pairs a second', unit: 'pairs', runs: [12_345.6] },
  ]).split('\n');
  t.match(rows[2], /^pairs +at least 0\.5 x +0\.4 +0\.51 +0\.6 +met$/);
  t.match(rows[3], /^renewals +at least 0\.65 x +0\.6 +0\.64 +0\.7 +NOT MET$/);
  t.match(rows[4], /^pairs a second, pairs +12,346 +12,346 +12,346$/);
  t.equal(shown(0.123456), '0.123');
  t.equal(shown(3), '3');
});

t.test('options have defaults, and bounds that are told', async (t) => {
  const { runs, seconds, only, jsonFile } = parseOptions([]);
  t.strictSame({ runs, seconds, jsonFile, figures: only.length }, { runs: 5, seconds: 3, jsonFile: undefined, figures: 6 });
  t.strictSame(parseOptions(['--only', 'pairs,memory', '--only', 'lateness']).only, ['pairs', 'memory', 'lateness']);
  t.equal(parseOptions(['--runs', '50', '--store', 'embedded', '--json', 'a.json']).jsonFile, 'a.json');
  t.equal(parseOptions(['--profile', 'a']).profileFolder, 'a');
  const refused: [string[], RegExp][] = [
    [['--store', 'raft'], /--store raft: .*embedded, redis, quorum/],
    [['--only', 'million'], /--only million: .*embedded are pairs/],
    [['--store', 'redis', '--full', '--only', 'pairs'], /--full/],
    [['--runs', '4'], /--runs 4: .*5 to 50/],
    [['--runs', '51'], /--runs 51/],
    [['--seconds', '1.5'], /--seconds 1\.5: .*whole number/],
    [['--only', 'pears'], /--only pears: .*pairs/],
    [['--fast'], /--fast/],
  ];
  for (const [args, message] of refused) {
    t.throws(() => parseOptions(args), message);
    t.throws(() => parseOptions(args), OptionsError);
  }
});

t.test('what takes long is measured when it is asked for', async (t) => {
  const figures = (...args: string[]): readonly string[] => parseOptions(['--store', 'redis', ...args]).only;
  t.notOk(figures().includes('million'));
  t.strictSame(figures('--full'), [...figures(), 'million']);
  t.strictSame(figures('--only', 'million'), ['million']);
  t.strictSame(parseOptions(['--full']).only, parseOptions([]).only);
});

t.test('every name of every store is a figure', async (t) => {
  for (const store of STORE_NAMES) for (const name of FIGURE_NAMES[store]) t.type(figureOf(store, name).measure, 'function');
  t.throws(() => figureOf('embedded', 'million'), /embedded has no figure million/);
});

t.test('a hand-off counts from one instance to another, while the queue is full', async (t) => {
  const hands = { instances: 2, endMs: 100, released: { atMs: 10, instance: 1 } };
  t.equal(latencyOf(hands, 13, 0), 3);
  t.equal(latencyOf(hands, 13, 1), undefined);
  t.equal(latencyOf({ ...hands, instances: 1, released: { atMs: 10, instance: 0 } }, 13, 0), 3);
  t.equal(latencyOf({ ...hands, released: undefined }, 13, 0), undefined);
  t.equal(latencyOf(hands, 100, 0), undefined);
});

t.test('the requests of a round are spread evenly, and none waits for its end', async (t) => {
  t.strictSame(planned(4, 100), [0, 25, 50, 75]);
  t.strictSame(planned(3, 0), [0, 0, 0]);
});

t.test('only what is told to be held counts as held', async (t) => {
  t.equal(countHeld({ status: 200, body: '{"results":[{"status":"held"},{"status":"lost"},{"status":"held"}]}' }), 2);
  t.throws(() => countHeld({ status: 503, body: 'no store' }), /503 no store/);
});

t.test('a request is repeated while the store does not answer, and no longer', async (t) => {
  let repeats = 0;
  const answering = (...statuses: number[]) => ({ ask: async () => ({ status: statuses.shift() ?? 503, body: '' }) });
  const request = { method: 'POST', path: '/' } as const;
  t.equal((await askUntilAnswered(answering(503, 503, 200), request, () => (repeats += 1))).status, 200);
  t.equal(repeats, 2);
  t.equal((await askUntilAnswered(answering(409), request, () => (repeats += 1))).status, 409);
  t.equal(repeats, 2);
  const bodies = ['{"results":[{"status":"held"},{"status":"unknown"}]}', '{"results":[{"status":"held"},{"status":"lost"}]}'];
  const last = await askUntilAnswered({ ask: async () => ({ status: 200, body: bodies.shift()! }) }, request, () => (repeats += 1));
  t.match(last.body, /lost/);
  t.equal(repeats, 3);
});

t.test("Redis' fields are taken by name", async (t) => {
  const fields = fieldsOf('# Memory\r\nused_memory:1048576\r\nexecutable:/a:b\r\n\r\n# Keyspace: of 1\r\n');
  t.strictSame([...fields], [['used_memory', '1048576'], ['executable', '/a:b']]);
});

t.test('the time of a profile goes to the function on top of the stack', async (t) => {
  const node = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url, lineNumber: 4 } });
  const nodes = [node(1, '(idle)', ''), node(2, 'parse', 'file:///a/b/c/d.ts'), node(3, '', 'node:net'), node(4, 'parse', 'file:///a/b/c/d.ts')];
  t.strictSame(selfTimes({ nodes, samples: [2, 1, 3, 4], timeDeltas: [30, 60, 10, 0] }), {
    idle: 0.6,
    busy: [
      { where: 'parse b/c/d.ts:5', part: 0.75 },
      { where: '(anonymous) node:net:5', part: 0.25 },
    ],
  });
});
