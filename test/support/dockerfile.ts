/** Reads a Dockerfile into its stages and steps, as far as ours goes. */

export interface Step {
  /** The instruction, in capitals: `RUN`, `COPY`, … */
  readonly name: string;
  /** What follows it, flags left out. */
  readonly value: string;
  /** `--from=build` as `from: 'build'`. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}

const readStep = (line: string): Step => {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  const flags = Object.fromEntries([...rest.matchAll(/(?<=^|\s)--([\w-]+)=(\S+)(?=\s)/g)].map(([, key = '', value = '']) => [key, value]));
  const isFlagged = name === 'COPY' || name === 'HEALTHCHECK' || name === 'ADD';
  return { name: name.toUpperCase(), value: isFlagged ? rest.replace(/^(--[\w-]+=\S+\s+)+/, '') : rest, flags: isFlagged ? flags : {} };
};

const steps = (text: string): Step[] =>
  text
    .replace(/^\s*#.*\n?/gm, '')
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => readStep(line.trim()));

/** The stages of a Dockerfile, in order. The last one is the image. */
export const readDockerfile = (text: string): Stage[] => {
  const stages: { image: string; name: string | undefined; steps: Step[] }[] = [];
  for (const step of steps(text)) {
    const [, image = '', name] = step.name === 'FROM' ? (/^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(step.value) ?? []) : [];
    if (step.name === 'FROM') stages.push({ image, name, steps: [] });
    else stages.at(-1)?.steps.push(step);
  }
  return stages;
};

/** The last value that a stage gives to an instruction. */
export const lastValue = (stage: Stage, name: string): string | undefined => stage.steps.findLast((step) => step.name === name)?.value;

/** The variables of a stage. */
export const variablesOf = (stage: Stage): Record<string, string> =>
  Object.fromEntries(
    stage.steps
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ value }) => [...value.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', set = '']) => [key, set] as const)),
  );

/** Whether a file of the repository is sent to the build: the last line of .dockerignore that fits decides. */
export const isSent = (path: string, dockerignore: string): boolean => {
  const lines = dockerignore.split('\n').filter((line) => line && !line.startsWith('#'));
  const fits = (line: string): boolean => line === '*' || path === line || path.startsWith(`${line}/`);
  const last = lines.findLast((line) => fits(line.replace(/^!/, '')));
  return last === undefined || last.startsWith('!');
};
