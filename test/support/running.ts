/** Runs a program to its end, for tests that look at what it came to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Who it runs as; only root may choose. */
  readonly uid?: number;
  readonly gid?: number;
}

export const running = async (command: string, args: readonly string[], { env = process.env, ...options }: RunOptions = {}): Promise<Ran> => {
  const child = spawn(command, args, { ...options, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ran = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code: code as number | null, ...ran };
};

/** Runs a program that has to succeed. @throws Error with all that it said, when it does not */
export const succeeding = async (command: string, args: readonly string[], options?: RunOptions): Promise<string> => {
  const { code, stdout, stderr } = await running(command, args, options);
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
};
