/** The table shows each figure in the column of its half, and the verdict names what went wrong. */
import t from 'tap';
import type { Figures } from '../../demo/judge.ts';
import { renderDead, renderTable } from '../../demo/table.ts';
import { brokenPromises, missedFaults } from '../../demo/verdict.ts';

const WITHOUT: Figures = {
  messages: 101, turns: 102, delivered: 103, deliveredLater: 0, latestMs: 0, dead: 0, lost: 104, apologies: 105, duplicated: 106, sentAgain: 110, sentAgainUnmarked: 111, outOfOrder: 107,
  unsettled: 0, transcriptFaults: 112, takeovers: 108, staleWritesRefused: 0, longestBlockedMs: 10_940, tokenFaults: undefined,
};
const WITH: Figures = {
  messages: 201, turns: 202, delivered: 203, deliveredLater: 204, latestMs: 6_660, dead: 205, lost: 0, apologies: 0, duplicated: 0, sentAgain: 210, sentAgainUnmarked: 0, outOfOrder: 0,
  unsettled: 0, transcriptFaults: 0, takeovers: 208, staleWritesRefused: 209, longestBlockedMs: 2_049, tokenFaults: 0,
};

t.test('each figure stands in its row and column', async (t) => {
  const rows = renderTable(WITHOUT, WITH).split('\n').map((line) => line.trim().split(/ {2,}/));
  const cellsOf = (name: string): string[] | undefined => rows.find(([first]) => first === name)?.slice(1);
  t.strictSame(rows[0], ['without Holdfast', 'with Holdfast']);
  t.strictSame(cellsOf('messages from users'), ['101', '201']);
  t.strictSame(cellsOf('turns'), ['102', '202']);
  t.strictSame(cellsOf('replies delivered'), ['103', '203']);
  t.strictSame(cellsOf('parked, delivered later'), ['0', '204']);
  t.strictSame(cellsOf('parked for at most'), ['-', '6.7 s']);
  t.strictSame(cellsOf('dead, with the reason'), ['0', '205']);
  t.strictSame(cellsOf('replies lost'), ['104', '0']);
  t.strictSame(cellsOf('apologies instead'), ['105', '0']);
  t.strictSame(cellsOf('replies seen twice'), ['106', '0']);
  t.strictSame(cellsOf('sent again, same id'), ['110', '210']);
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
  [{ unsettled: 4 }, '4 replies were neither delivered nor dead at the end with Holdfast.'],
  [{ duplicated: 1 }, '1 reply was seen twice with Holdfast.'],
  [{ sentAgainUnmarked: 1 }, '1 reply was sent again with Holdfast by a sender that had not been told that it might have arrived.'],
  [{ transcriptFaults: 2 }, '2 replies are not in the transcript exactly once with Holdfast.'],
  [{ outOfOrder: 2 }, '2 replies were delivered out of order with Holdfast.'],
  [{ tokenFaults: 3 }, '3 fencing tokens did not increase with Holdfast.'],
  [{ tokenFaults: undefined }, 'No fencing token was granted with Holdfast.'],
];
for (const [wrong, sentence] of BROKEN) {
  t.test(`a broken promise is named: ${sentence}`, async (t) => t.strictSame(brokenPromises({ ...WITH, ...wrong }), [sentence]));
}

t.test('replies sent again, dead ones and takeovers break no promise', async (t) => t.strictSame(brokenPromises({ ...WITH, sentAgain: 9, dead: 9, takeovers: 9 }), []));

t.test('a fault that did not strike is named', async (t) => {
  for (const figure of ['takeovers', 'staleWritesRefused', 'deliveredLater', 'dead', 'sentAgain'] as const) t.equal(missedFaults({ ...WITH, [figure]: 0 }).length, 1, figure);
});

t.test('dead replies are shown with their reasons', async (t) => {
  t.equal(renderDead([]), 'GET /v1/replies?state=dead:\n  none');
  const dead = { session: 'chat-1', replyId: 'm1', state: 'dead', attempts: 1, reason: 'answered 403' } as const;
  t.equal(renderDead([dead]), 'GET /v1/replies?state=dead:\n  chat-1 m1: answered 403');
});
