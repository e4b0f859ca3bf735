// What is refused first while the event loop is late, and what last.
import t from 'tap';
import { BUDGETS } from '../../../../service/src/http/budgets.ts';
import { isShed, LATENESS_MS_MAX } from '../../../../service/src/http/plugins/load-shedding.ts';

t.test('each kind at its limit and not before; what keeps leases alive is the last', async (t) => {
  for (const budget of BUDGETS) {
    t.equal(isShed(budget, LATENESS_MS_MAX[budget] - 1), false, budget);
    t.equal(isShed(budget, LATENESS_MS_MAX[budget]), true, budget);
  }
  const inOrder = BUDGETS.toSorted((a, b) => LATENESS_MS_MAX[a] - LATENESS_MS_MAX[b]);
  t.strictSame(inOrder.slice(-2), ['replies', 'keep']);
});
