/** Makes a key in a key file, as `holdfast-server keys create` does. */
import { randomBytes } from 'node:crypto';
import type { Scope } from '../../service/src/access/scopes.ts';
import { runKeys } from '../../service/src/commands/keys.ts';

/** @returns the key, which stands nowhere else */
export const createKey = (file: string, namespace: string, scopes: readonly Scope[]): string => {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const args = ['create', '--keys', file, '--namespace', namespace, ...scopes.flatMap((scope) => ['--scope', scope])];
  const code = runKeys(args, { env: {}, randomBytes, wallMs: 0, print: (line) => printed.push(line), complain: (line) => complaints.push(line) });
  if (code !== 0 || printed.length !== 1) throw new Error(complaints.join('\n'));
  return printed[0]!;
};
