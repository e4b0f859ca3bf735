/** Whether Holdfast has kept its promises in a run. Pure. */
import type { Figures } from './judge.ts';

const amount = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

type Counted = Exclude<{ [Name in keyof Figures]: Figures[Name] extends number ? Name : never }[keyof Figures], undefined>;

const FAULTS: readonly [figure: Counted, one: string, many: string, what: string][] = [
  ['lost', 'reply was', 'replies were', 'lost with Holdfast'],
  ['unsettled', 'reply was', 'replies were', 'neither delivered nor dead at the end with Holdfast'],
  ['duplicated', 'reply was', 'replies were', 'seen twice with Holdfast'],
  ['sentAgainUnmarked', 'reply was', 'replies were', 'sent again with Holdfast by a sender that had not been told that it might have arrived'],
  ['outOfOrder', 'reply was', 'replies were', 'delivered out of order with Holdfast'],
  ['transcriptFaults', 'reply is', 'replies are', 'not in the transcript exactly once with Holdfast'],
];

/** What went wrong with Holdfast, in sentences; empty when nothing did. */
export const brokenPromises = (figures: Figures): string[] => {
  const faults = FAULTS.filter(([figure]) => figures[figure] > 0).map(([figure, one, many, what]) => `${amount(figures[figure], one, many)} ${what}.`);
  const { tokenFaults } = figures;
  if (tokenFaults === undefined) faults.push('No fencing token was granted with Holdfast.');
  else if (tokenFaults > 0) faults.push(`${amount(tokenFaults, 'fencing token', 'fencing tokens')} did not increase with Holdfast.`);
  return faults;
};

/** Why a run shows nothing, although nothing went wrong: a fault that was to be shown did not strike. */
export const missedFaults = ({ takeovers, staleWritesRefused, deliveredLater, dead, sentAgain }: Figures): string[] => {
  const missed: string[] = [];
  if (takeovers === 0) missed.push('No lease was taken over, so the killed gateway held none.');
  if (staleWritesRefused === 0) missed.push('No stale write was refused, so the paused gateway came back too early.');
  if (deliveredLater === 0) missed.push('No parked reply was delivered later, so the channel was away for too short a time.');
  if (dead === 0) missed.push('No reply is dead, so the channel refused none.');
  if (sentAgain === 0) missed.push('No reply was sent again, so the channel lost no answer.');
  return missed;
};
