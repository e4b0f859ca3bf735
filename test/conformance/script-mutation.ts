/** A script that is wrong on purpose: one place of one file, as a slip would have it. */

export interface ScriptMutation {
  readonly wrong: string;
  /** Under `lua/`, without its ending. */
  readonly file: string;
  readonly right: string;
  readonly instead: string;
}

/** Makes something of the scripts with the slip in them. @throws Error where the file does not say what is to be changed */
export const withSlip = <Made>({ file, right, instead }: ScriptMutation, make: (edit: (file: string, text: string) => string) => Made): Made => {
  let places = 0;
  const made = make((name, text) => {
    if (name !== file) return text;
    places += text.split(right).length - 1;
    return text.replace(right, () => instead);
  });
  if (places === 0) throw new Error(`lua/${file}.lua does not say: ${right}`);
  return made;
};
