/** How many requests a key may send: `take=500,keep=2000`, each budget by its name, those left out as they are by default. */
import { BUDGETS, RATE_MAX, RATES_DEFAULT, type Budget, type Rates } from '../http/budgets.ts';

const isBudget = (name: string): name is Budget => (BUDGETS as readonly string[]).includes(name);

/** @param fault takes what is wrong */
export const readRates = (text: string, fault: (what: string) => void): Rates => {
  const rates: Record<Budget, number> = { ...RATES_DEFAULT };
  const named = new Set<string>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [, name = '', digits = ''] = /^\s*([a-z]+)=([0-9]{1,7})\s*$/.exec(part) ?? [];
    const rate = Number(digits);
    if (!isBudget(name) || digits === '' || rate < 1 || rate > RATE_MAX) fault(`must be like take=500,keep=2000, with ${BUDGETS.join(', ')} and 1 to ${RATE_MAX} a second, not ${JSON.stringify(part)}`);
    else if (named.has(name)) fault(`names ${name} twice`);
    else rates[name] = rate;
    named.add(name);
  }
  return rates;
};
