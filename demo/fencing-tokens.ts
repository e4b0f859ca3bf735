/** Whether fencing tokens did what they promise: to be larger at each grant, and in each transcript. Pure. */
import type { GatewayEvent, HalfRecords, TranscriptEntry } from './records.ts';

/** In a transcript no fencing token may be smaller than one before it. */
const decreasesIn = (entries: readonly TranscriptEntry[]): number => {
  const tokens = entries.flatMap(({ fencingToken }) => fencingToken ?? []);
  return tokens.filter((token, index) => token < Math.max(0, ...tokens.slice(0, index))).length;
};

type Granted = Extract<GatewayEvent, { event: 'granted' }>;

/** No two grants of a session may share a fencing token, and a gateway's own grants must have larger and larger ones. */
const grantFaultsIn = (grants: readonly Granted[]): number =>
  grants.filter((grant, index) =>
    grants.slice(0, index).some((earlier) => {
      if (earlier.session !== grant.session) return false;
      return earlier.fencingToken === grant.fencingToken || (earlier.pid === grant.pid && earlier.fencingToken > grant.fencingToken);
    }),
  ).length;

/** Fencing tokens that were not larger than the one before; `undefined` when no fencing token was ever used. */
export const tokenFaultsIn = ({ transcripts, events }: HalfRecords): number | undefined => {
  const grants = events.filter((each) => each.event === 'granted');
  if (grants.length === 0) return undefined;
  return [...transcripts.values()].reduce((sum, entries) => sum + decreasesIn(entries), grantFaultsIn(grants));
};
