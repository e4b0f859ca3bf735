import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { until } from '../../support/until.ts';

const PROGRAM = join(import.meta.dirname, '../../support/courier-process.ts');

t.test('a courier keeps its process alive, as a server does, until it is closed, and not a moment longer', async (t) => {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until('it has tried several times', () => out.split('tried').length > 3);
  t.equal(child.exitCode, null);
  child.stdin.write('close\n');
  const [code] = await once(child, 'exit');
  t.equal(code, 0);
  t.match(out, /closed\n$/);
});
