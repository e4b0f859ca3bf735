/** The verdict on a fencing token. Right, or `unknown`; and `unknown` counts as stale. */
import type { CheckFence, FenceVerdict } from './commands.ts';
import type { Draft } from './draft.ts';

export const checkFence = (draft: Draft, { fencingToken }: CheckFence): FenceVerdict => {
  const { lease, previous, ended } = draft.session;
  const currentToken = lease && { currentToken: lease.fencingToken };
  if (lease?.fencingToken === fencingToken) return { kind: 'verdict', verdict: 'current', stale: false, ...currentToken };
  const newest = lease?.fencingToken ?? previous?.fencingToken ?? 0;
  if (fencingToken > newest) return { kind: 'verdict', verdict: 'unknown', stale: true, ...currentToken };
  const because = ended.find((id) => id.fencingToken === fencingToken)?.endedBecause ?? (previous?.fencingToken === fencingToken ? previous.endedBecause : undefined);
  const verdict = fencingToken === newest ? 'ended' : 'superseded';
  return { kind: 'verdict', verdict, stale: true, ...currentToken, ...(because && { endedBecause: because }) };
};
