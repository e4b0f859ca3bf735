/** The table shows each figure in the column of its half, and the verdict names what went wrong. */
import t from 'tap';
import type { Figures } from '../../demo/judge.ts';
import { renderTable } from '../../demo/table.ts';
import { brokenPromises, missedFaults } from '../../demo/verdict.ts';

const WITHOUT: Figures = {
  messages: 101, turns: 102, delivered: 103, lost: 104, apologies: 105, duplicated: 106, outOfOrder: 107, takeovers: 108, staleWritesRefused: 0, longestBlockedMs: 10_940, tokenFaults: undefined,
};
const WITH: Figures = {
  messages: 201, turns: 202, delivered: 203, lost: 0, apologies: 0, duplicated: 206, outOfOrder: 0, takeovers: 208, staleWritesRefused: 209, longestBlockedMs: 2_049, tokenFaults: 0,
};

t.test('each figure stands in its row and column', async (t) => {
  const rows = renderTable(WITHOUT, WITH).split('\n').map((line) => line.trim().split(/ {2,}/));
  const cellsOf = (name: string): string[] | undefined => rows.find(([first]) => first === name)?.slice(1);
  t.strictSame(rows[0], ['without Holdfast', 'with Holdfast']);
  t.strictSame(cellsOf('messages from users'), ['101', '201']);
  t.strictSame(cellsOf('turns'), ['102', '202']);
  t.strictSame(cellsOf('replies delivered'), ['103', '203']);
  t.strictSame(cellsOf('replies lost'), ['104', '0']);
  t.strictSame(cellsOf('apologies instead'), ['105', '0']);
  t.strictSame(cellsOf('replies duplicated'), ['106', '206']);
  t.strictSame(cellsOf('replies out of order'), ['107', '0']);
  t.strictSame(cellsOf('takeovers'), ['108', '208']);
  t.strictSame(cellsOf('stale writes refused'), ['no fence', '209']);
  t.strictSame(cellsOf('longest blocked session'), ['10.9 s', '2.0 s']);
});

t.test('when all promises were kept, nothing is broken', async (t) => {
  t.strictSame(brokenPromises(WITH), []);
  t.strictSame(missedFaults(WITH), []);
});

const BROKEN: [wrong: Partial<Figures>, sentence: string][] = [
  [{ lost: 1 }, '1 reply was lost with Holdfast.'],
  [{ outOfOrder: 2 }, '2 replies were delivered out of order with Holdfast.'],
  [{ tokenFaults: 3 }, '3 fencing tokens did not increase with Holdfast.'],
  [{ tokenFaults: undefined }, 'No fencing token was granted with Holdfast.'],
];
for (const [wrong, sentence] of BROKEN) {
  t.test(`a broken promise is named: ${sentence}`, async (t) => t.strictSame(brokenPromises({ ...WITH, ...wrong }), [sentence]));
}

t.test('duplicates and takeovers break no promise', async (t) => t.strictSame(brokenPromises({ ...WITH, duplicated: 9, takeovers: 9 }), []));

t.test('a fault that did not strike is named', async (t) => {
  t.equal(missedFaults({ ...WITH, takeovers: 0 }).length, 1);
  t.equal(missedFaults({ ...WITH, staleWritesRefused: 0 }).length, 1);
});
