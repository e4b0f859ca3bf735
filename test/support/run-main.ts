/** The service's program, run to its end or until it is told to stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';

const MAIN = fileURLToPath(new URL('../../service/src/main.ts', import.meta.url));

interface TestContext {
  teardown(end: () => Promise<void>): void;
}

export class RunMain {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;

  constructor(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...childEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    t.teardown(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Where it says that it listens. */
  get baseUrl(): string | undefined {
    return /http:\/\/\S+(?=\/v1\n)/.exec(this.stdout)?.[0];
  }
}
