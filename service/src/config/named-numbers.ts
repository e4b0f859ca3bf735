/** A setting that is several numbers by name, such as `take=500,keep=2000`; those left out are as they are by default. */

export interface NamedNumbers<Name extends string> {
  readonly defaults: Readonly<Record<Name, number>>;
  readonly max: number;
  /** What they are, for a message: "1 to 1000000 a second". */
  readonly range: string;
  readonly example: string;
}

/** @param fault takes what is wrong */
export const readNamedNumbers = <Name extends string>(text: string, { defaults, max, range, example }: NamedNumbers<Name>, fault: (what: string) => void): Readonly<Record<Name, number>> => {
  const numbers: Record<Name, number> = { ...defaults };
  const isKnown = (name: string): name is Name => Object.hasOwn(defaults, name);
  const named = new Set<string>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [, name = '', digits = ''] = /^\s*([a-z]+)=([0-9]{1,15})\s*$/.exec(part) ?? [];
    const number = Number(digits);
    if (!isKnown(name) || digits === '' || number < 1 || number > max) fault(`must be like ${example}, with ${Object.keys(defaults).join(', ')} and ${range}, not ${JSON.stringify(part)}`);
    else if (named.has(name)) fault(`names ${name} twice`);
    else numbers[name] = number;
    named.add(name);
  }
  return numbers;
};
