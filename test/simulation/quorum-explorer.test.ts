/** The quorum's rules, tried in every order of events that a few claimers, a network that keeps no promise and nodes that forget can come to. */
import t from 'tap';
import { IS_LONG } from '../support/each-store.ts';
import { RIGHT } from './quorum/rules.ts';
import { tryOut } from './quorum/scenario.ts';
import { LONG, ORDINARY, WEAKER, WRONG, WRONG_IN_LONG } from './quorum/scenarios.ts';

t.setTimeout(IS_LONG ? 1_800_000 : 300_000);

const all = { scenarios: 0, states: 0, steps: 0, violations: 0 };

const count = ({ states, steps, found }: ReturnType<typeof tryOut>): void => {
  all.scenarios += 1;
  all.states += states;
  all.steps += steps;
  all.violations += found ? 1 : 0;
};

const right = [...ORDINARY, ...(IS_LONG ? LONG : [])].map((lawful) => ({ ...lawful, rules: RIGHT }));

for (const { says, rules, scenario, statesMax } of [...right, ...WEAKER]) {
  t.test(`no violation: ${says}`, async (t) => {
    const explored = tryOut(rules, scenario, statesMax);
    const { states, steps, isComplete, found } = explored;
    count(explored);
    t.equal(found && [found.wrong, ...found.history].join('\n'), undefined);
    t.ok(isComplete || states >= statesMax!, 'all of it was visited, or as much as was to be');
    t.comment(`${states} states, ${steps} steps${isComplete ? '' : ', the nearest ones'}`);
  });
}

for (const { wrong, rules, breaks, scenario } of [...WRONG, ...(IS_LONG ? WRONG_IN_LONG : [])]) {
  t.test(`caught: ${wrong}`, async (t) => {
    const explored = tryOut(rules, { ...scenario, checks: [breaks] });
    const { states, found } = explored;
    count(explored);
    t.ok(found, `${breaks} is broken`);
    t.comment(`${states} states; ${found?.wrong}`);
    for (const [nth, step] of (found?.history ?? []).entries()) t.comment(`${nth + 1}. ${step}`);
  });
}

t.test('figures', async (t) => {
  t.comment(`${all.scenarios} scenarios, ${all.states} states, ${all.steps} steps, ${all.violations} violations, each by a wrong rule`);
  t.ok(all.states > 0);
});
