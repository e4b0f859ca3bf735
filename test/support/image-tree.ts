/**
 * Carries out a Dockerfile's steps in plain folders, where no container engine is at hand: what is copied and run is what the engine would
 * copy and run, in the same order. It does not isolate, and knows no owners; the base image is this machine with this Node.js.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isSent, readDockerfile, variablesOf, type Stage, type Step } from './dockerfile.ts';
import { npmEnvironment } from './npm-environment.ts';
import { succeeding } from './running.ts';

interface Built {
  readonly stage: Stage;
  /** The folder that stands for `/`. */
  readonly root: string;
}

const copy = (sources: string[], destination: string, fromRoot: string, wanted: (path: string) => boolean): void => {
  const intoFolder = sources.length > 1 || destination.endsWith('/');
  for (const source of sources) {
    const from = join(fromRoot, source);
    if (!existsSync(from)) throw new Error(`COPY: there is no ${source}`);
    const to = intoFolder && !statSync(from).isDirectory() ? join(destination, basename(source)) : destination;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter: (path) => statSync(path).isDirectory() || wanted(path) });
  }
};

const carryOut = async (step: Step, cwd: string, built: Built, earlier: readonly Built[], context: string): Promise<void> => {
  if (step.name === 'RUN') {
    await succeeding('sh', ['-c', step.value], { cwd, env: { ...npmEnvironment(), ...variablesOf(built.stage) } });
  } else if (step.name === 'COPY') {
    const words = step.value.split(/\s+/);
    const destination = words.at(-1)!;
    const to = destination.startsWith('/') ? join(built.root, destination) : `${resolve(cwd, destination)}${destination.endsWith('/') ? '/' : ''}`;
    const from = earlier.find(({ stage }) => stage.name === step.flags['from']);
    const ignored = readFileSync(join(context, '.dockerignore'), 'utf8');
    copy(words.slice(0, -1), to, from?.root ?? context, (path) => from !== undefined || isSent(relative(context, path), ignored));
  }
};

/** Builds all stages of the Dockerfile in `context` under `folder`, and returns the last. */
export const buildImageTree = async (context: string, folder: string): Promise<Built> => {
  const built: Built[] = [];
  for (const [at, stage] of readDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8')).entries()) {
    const next: Built = { stage, root: join(folder, `stage-${at}`) };
    let cwd = next.root;
    for (const step of stage.steps) {
      if (step.name === 'WORKDIR') cwd = join(next.root, step.value);
      mkdirSync(cwd, { recursive: true });
      await carryOut(step, cwd, next, built, context);
    }
    built.push(next);
  }
  return built.at(-1)!;
};
