/** `holdfast-server keys create | list | revoke`: the keys of a key file. A key is printed once, when it is made, and stands nowhere else. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { isNamespace, NAMESPACE_RULE, type KeyRecord } from '../access/key-file.ts';
import { makeKey } from '../access/new-key.ts';
import { isScope, SCOPES, type Scope } from '../access/scopes.ts';
import { changeKeyFile, readKeyFile } from '../key-file-on-disk.ts';

export const KEYS_USAGE = `Usage: holdfast-server keys create --keys FILE --namespace NAME --scope SCOPE [--scope SCOPE …]
       holdfast-server keys list   --keys FILE
       holdfast-server keys revoke --keys FILE ID

create prints the new key, once, and nothing else on its standard output; the file keeps its digest. A namespace may have several
keys: to change one, create the next, hand it out, and revoke the old one. A running service reads the file again on SIGHUP.
--keys may be left out where HOLDFAST_KEYS is set.

Scopes: lease    leases, waits, asking to yield
        preempt  a yield with a grace, which ends a lease
        replies  park, read, take and settle replies
        read     listings, metrics, the pages for people
        admin    revoke; replay and discard replies
`;

export interface KeysParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly randomBytes: (count: number) => Buffer;
  readonly wallMs: number;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

interface Asked {
  readonly verb: string | undefined;
  readonly operands: readonly string[];
  readonly file: string | undefined;
  readonly namespace: string | undefined;
  readonly scopes: readonly string[];
  readonly help: boolean;
}

const asked = (args: readonly string[], env: KeysParts['env']): Asked => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { keys: { type: 'string' }, namespace: { type: 'string' }, scope: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [verb, ...operands] = positionals;
  return { verb, operands, file: values.keys ?? (env['HOLDFAST_KEYS'] || undefined), namespace: values.namespace, scopes: values.scope ?? [], help: values.help === true };
};

const VERBS: readonly (string | undefined)[] = ['create', 'list', 'revoke'];

/** Everything that is wrong with what was asked, each as a sentence. */
const faultsOf = ({ verb, operands, file, namespace, scopes }: Asked): string[] => {
  const faults: string[] = [];
  if (!VERBS.includes(verb)) faults.push(`keys: must be followed by create, list or revoke${verb === undefined ? '' : `, not ${JSON.stringify(verb)}`}.`);
  if (file === undefined) faults.push('--keys: names the key file.');
  if (verb === 'create') {
    if (namespace === undefined || !isNamespace(namespace)) faults.push(`--namespace: ${NAMESPACE_RULE}.`);
    const unknown = scopes.filter((scope) => !isScope(scope));
    if (scopes.length === 0 || unknown.length > 0) faults.push(`--scope: must be one or more of ${SCOPES.join(', ')}${unknown.length === 0 ? '' : `, not ${unknown.map((scope) => JSON.stringify(scope)).join(', ')}`}.`);
  } else if (namespace !== undefined || scopes.length > 0) faults.push('--namespace, --scope: are for create.');
  if (operands.length !== (verb === 'revoke' ? 1 : 0)) faults.push(verb === 'revoke' ? 'revoke: needs the id of one key.' : `${JSON.stringify(operands[0])}: was not expected.`);
  return faults;
};

const create = (file: string, { namespace = '', scopes }: Asked, { randomBytes, wallMs, print, complain }: KeysParts): void => {
  const { key, record } = makeKey({ namespace, scopes: [...new Set(scopes as readonly Scope[])], randomBytes, wallMs });
  changeKeyFile(file, (keys) => [...keys, record]);
  // Only once it is kept: a key that was shown opens the door.
  print(key);
  complain(`Key ${record.id} of namespace ${namespace} is in ${file}. A running service takes it up on SIGHUP.`);
};

const row = ({ id, namespace, scopes, createdAt }: KeyRecord): string => [id.padEnd(14), namespace.padEnd(24), createdAt, scopes.join(',')].join('  ');

const revoke = (file: string, id: string, complain: KeysParts['complain']): number => {
  const known = readKeyFile(file).some((key) => key.id === id);
  if (!known) {
    complain(`${file}: has no key ${JSON.stringify(id)}.`);
    return 1;
  }
  changeKeyFile(file, (keys) => keys.filter((key) => key.id !== id));
  complain(`Key ${id} is revoked. A running service lets go of it on SIGHUP.`);
  return 0;
};

/** @returns the exit code: 2 for what was asked wrongly, 1 for what could not be done */
export const runKeys = (args: readonly string[], parts: KeysParts): number => {
  const { print, complain, env } = parts;
  let given: Asked;
  try {
    given = asked(args, env);
  } catch (error) {
    complain(`${(error as Error).message.split('. ')[0]}. Try keys --help.`);
    return 2;
  }
  if (given.help) {
    print(KEYS_USAGE.trimEnd());
    return 0;
  }
  const faults = faultsOf(given);
  for (const fault of faults) complain(fault);
  if (faults.length > 0) return 2;
  const file = resolve(given.file!);
  try {
    if (given.verb === 'create') create(file, given, parts);
    else if (given.verb === 'revoke') return revoke(file, given.operands[0]!, complain);
    else for (const key of readKeyFile(file)) print(row(key));
    return 0;
  } catch (error) {
    complain(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
};
