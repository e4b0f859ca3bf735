/** One command in Lua and its typed side. All of them are functions of one Redis function library: shared modules, then one function for each file. */

/** An argument as it goes over the wire. */
export type ScriptArgument = string | number | Buffer;

/** What Redis gives: integers, texts, null for an absent value, and arrays of these. The same as JSON has integers as texts. */
export type Told = readonly unknown[];

/** `args` are a script's own arguments, behind those that every script has; `read` understands the answer. */
export interface Script<Given, Read> {
  /** Its file is `lua/<name>.lua`. */
  readonly name: string;
  readonly args: (given: Given) => readonly ScriptArgument[];
  readonly read: (told: Told) => Read;
}

export const defineScript = <Given, Read>(name: string, sides: Pick<Script<Given, Read>, 'args' | 'read'>): Script<Given, Read> => ({ name, ...sides });

/** An argument that may be absent. */
export const optional = (value: string | number | undefined): string => (value === undefined ? '' : `=${value}`);

export const flag = (value: boolean): string => (value ? '1' : '0');
