/** The table that the demo ends with. Pure. */
import type { Figures } from './judge.ts';
import type { KeptReply } from './records.ts';

interface Row {
  readonly name: string;
  readonly of: (figures: Figures) => string;
  /** What a new user would ask about it. */
  readonly means: string;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const ROWS: readonly Row[] = [
  { name: 'messages from users', of: ({ messages }) => String(messages), means: '' },
  { name: 'turns', of: ({ turns }) => String(turns), means: 'times that a gateway began to work on a message' },
  { name: 'replies delivered', of: ({ delivered }) => String(delivered), means: '' },
  { name: '  parked, delivered later', of: ({ deliveredLater }) => String(deliveredLater), means: 'the channel was away; the reply was parked, and went out when the channel was back' },
  { name: '  parked for at most', of: ({ deliveredLater, latestMs }) => (deliveredLater === 0 ? '-' : seconds(latestMs)), means: 'after their gateway was done with the message' },
  { name: 'dead, with the reason', of: ({ dead }) => String(dead), means: 'the channel refused them for good; an operator sees them, and can send them again' },
  { name: 'replies lost', of: ({ lost }) => String(lost), means: 'the reply never reached the user, and nobody keeps it' },
  { name: '  apologies instead', of: ({ apologies }) => String(apologies), means: 'the user got "Something went wrong" in its place' },
  { name: 'replies seen twice', of: ({ duplicated }) => String(duplicated), means: '' },
  { name: '  sent again, same id', of: ({ sentAgain }) => String(sentAgain), means: 'it was not known whether they had arrived; the channel filtered them out' },
  { name: 'replies out of order', of: ({ outOfOrder }) => String(outOfOrder), means: 'came after the reply to a later message of the same chat' },
  {
    name: 'takeovers',
    of: ({ takeovers }) => String(takeovers),
    means: 'without: the transcript changed under a turn; with: a lease passed on because its holder was gone',
  },
  {
    name: 'stale writes refused',
    of: ({ tokenFaults, staleWritesRefused }) => (tokenFaults === undefined ? 'no fence' : String(staleWritesRefused)),
    means: 'late writes of a paused gateway, stopped at the transcript by their fencing token',
  },
  { name: 'longest blocked session', of: (figures) => seconds(figures.longestBlockedMs), means: 'a message waited, no gateway was done with it, and none was working on any' },
];

const NAME_WIDTH = Math.max(...ROWS.map(({ name }) => name.length));
const CELL_WIDTH = 18;

const line = (name: string, cells: readonly string[]): string => name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(CELL_WIDTH)).join('');

/** The table, and below it what its words mean. */
export const renderTable = (without: Figures, withHoldfast: Figures): string => {
  const rule = '-'.repeat(NAME_WIDTH + 2 * CELL_WIDTH);
  const rows = ROWS.map(({ name, of }) => line(name, [of(without), of(withHoldfast)]));
  const legend = ROWS.filter(({ means }) => means !== '').map(({ name, means }) => `  ${name.trim()}: ${means}`);
  return [line('', ['without Holdfast', 'with Holdfast']), rule, ...rows, rule, ...legend].join('\n');
};

/** What an operator finds under `GET /v1/replies?state=dead`. */
export const renderDead = (dead: readonly KeptReply[]): string =>
  ['GET /v1/replies?state=dead:', ...(dead.length === 0 ? ['  none'] : dead.map(({ session, replyId, reason }) => `  ${session} ${replyId}: ${reason}`))].join('\n');
