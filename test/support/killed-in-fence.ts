/**
 * A process that is killed inside a file fence: it makes one call, and sends itself a real SIGKILL before the n-th
 * operation on the disk or the database that the call leads to; a write is cut in half first. It ends by itself when the
 * call has fewer operations. Its argument is a {@link KilledInFence}.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

export interface KilledInFence {
  readonly path: string;
  readonly call: 'open' | 'append' | 'replace' | 'raise';
  readonly fencingToken: number;
  readonly contents: string;
  /** Which operation is the last thing it does not do, from 1. */
  readonly killAt: number;
}

const order = JSON.parse(process.argv[2] ?? '') as KilledInFence;
let armed = false;
let operations = 0;

const dieIfDue = (beforeDeath: () => void = () => {}): void => {
  if (!armed) return;
  operations += 1;
  if (operations !== order.killAt) return;
  beforeDeath();
  process.kill(process.pid, 'SIGKILL');
};

const watch = <Owner extends object>(owner: Owner, name: keyof Owner & string): void => {
  const original = owner[name] as (...args: unknown[]) => unknown;
  Object.assign(owner, {
    [name](this: unknown, ...args: unknown[]) {
      dieIfDue();
      return original.apply(this, args);
    },
  });
};

for (const name of ['openSync', 'closeSync', 'fsyncSync', 'ftruncateSync', 'fchmodSync', 'renameSync', 'rmSync'] as const) watch(fs, name);
watch(DatabaseSync.prototype, 'exec');
watch(StatementSync.prototype, 'run');
const writeSync = fs.writeSync;
fs.writeSync = ((descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
  dieIfDue(() => writeSync(descriptor, bytes, offset, Math.floor(length / 2), position));
  return writeSync(descriptor, bytes, offset, length, position);
}) as typeof fs.writeSync;
syncBuiltinESMExports();

const { openFileFence } = await import('../../client/src/fences/file.ts');
const { path, call, fencingToken, contents } = order;
armed = call === 'open';
const fence = await openFileFence(path);
armed = call !== 'open';
if (call === 'append') await fence.append(fencingToken, contents);
if (call === 'replace') await fence.replace(fencingToken, contents);
if (call === 'raise') await fence.raise(fencingToken);
armed = false;
