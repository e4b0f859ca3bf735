/** Asks all nodes at once, and settles as soon as their answers decide the matter. */
import type { Said, Silence } from './rules/majority.ts';

/**
 * @param asks one for each node, in the order of the nodes
 * @param judge given what each node has said so far; anything but undefined is the decision
 * @returns the decision; undefined when all have answered, or failed to, and nothing is decided
 */
export const decide = <Answer, Decision>(asks: readonly Promise<Answer | Silence>[], judge: (said: readonly Said<Answer>[]) => Decision | undefined): Promise<Decision | undefined> =>
  new Promise((resolve, reject) => {
    const said: Said<Answer>[] = asks.map(() => undefined);
    let outstanding = asks.length;
    for (const [nth, ask] of asks.entries()) {
      ask.then((answer) => {
        said[nth] = answer;
        outstanding -= 1;
        const decision = judge(said);
        if (decision !== undefined || outstanding === 0) resolve(decision);
      }, reject);
    }
  });
