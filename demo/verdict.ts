/** Whether Holdfast has kept its promises in a run. Pure. */
import type { Figures } from './judge.ts';

const amount = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** What went wrong with Holdfast, in sentences; empty when nothing did. */
export const brokenPromises = ({ lost, outOfOrder, tokenFaults }: Figures): string[] => {
  const faults: string[] = [];
  if (lost > 0) faults.push(`${amount(lost, 'reply was', 'replies were')} lost with Holdfast.`);
  if (outOfOrder > 0) faults.push(`${amount(outOfOrder, 'reply was', 'replies were')} delivered out of order with Holdfast.`);
  if (tokenFaults === undefined) faults.push('No fencing token was granted with Holdfast.');
  else if (tokenFaults > 0) faults.push(`${amount(tokenFaults, 'fencing token', 'fencing tokens')} did not increase with Holdfast.`);
  return faults;
};

/** Why a run shows nothing, although nothing went wrong: a fault that was to be shown did not strike. */
export const missedFaults = ({ takeovers, staleWritesRefused }: Figures): string[] => {
  const missed: string[] = [];
  if (takeovers === 0) missed.push('No lease was taken over, so the killed gateway held none.');
  if (staleWritesRefused === 0) missed.push('No stale write was refused, so the paused gateway came back too early.');
  return missed;
};
