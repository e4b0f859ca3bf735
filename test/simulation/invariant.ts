/** What an invariant says when it does not hold. */

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/** @throws InvariantBroken that says the rule, when it does not hold */
export const must = (holds: boolean, rule: string): void => {
  if (!holds) throw new InvariantBroken(rule);
};
