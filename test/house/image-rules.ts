/** The house's rules about the container image, as a pure function from the Dockerfile's text to what is wrong with it. */
import { lastValue, readDockerfile, variablesOf, type Stage } from '../support/dockerfile.ts';

const SECRET = /(KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL)/i;

type ImageRule = (stages: readonly Stage[], last: Stage) => string | false;

const RULES: readonly ImageRule[] = [
  (stages) => stages.length !== 2 && 'there are not two stages: one that builds, one that runs',
  (stages) => stages.some(({ image }) => !/^node:24(\.\d+)*-[a-z]+-slim$/.test(image)) && 'a base image is not Node.js 24 by its major version, slim',
  (_, last) => !/^[1-9]\d*:[1-9]\d*$/.test(lastValue(last, 'USER') ?? '') && 'the service does not run as a numbered user other than root',
  (_, last) => lastValue(last, 'VOLUME') !== '/data' && 'the database has no volume of its own',
  (_, last) => !/^CMD \["node", .*\/healthz/.test(lastValue(last, 'HEALTHCHECK') ?? '') && 'no health check asks the service itself',
  (_, last) => !/^\["node", "\/.*\.ts"\]$/.test(lastValue(last, 'ENTRYPOINT') ?? '') && 'the service is not process 1, so signals would not reach it',
  (_, last) => last.steps.some(({ name }) => name === 'RUN') && 'the image runs a command of its own: do it in the stage that builds',
  (_, last) => last.steps.some(({ name, flags }) => name === 'COPY' && !flags['from']) && 'the image copies from the working folder',
  (stages) => stages.some(({ steps }) => steps.some(({ name }) => name === 'ADD')) && 'ADD fetches and unpacks: use COPY',
  (stages) => stages.some(({ steps }) => steps.some(({ name }) => name === 'ARG')) && 'an argument stays in the history of the image',
  (stages) => stages.some((stage) => Object.keys(variablesOf(stage)).some((name) => SECRET.test(name))) && 'a secret is part of the image',
  (stages) =>
    stages.some(({ steps }) => steps.some(({ name, value }) => name === 'RUN' && /npm (ci|i|install)\b/.test(value) && !/--omit=dev/.test(value))) &&
    'development dependencies are installed',
  (stages) => stages.some(({ steps }) => steps.some(({ name, value }) => name === 'COPY' && /^\.\/? /.test(value))) && 'the whole folder is copied',
];

/** What is wrong with a Dockerfile, a sentence each. */
export const imageFaults = (text: string): string[] => {
  const stages = readDockerfile(text);
  const last = stages.at(-1);
  if (!last) return ['there is no stage'];
  return RULES.map((rule) => rule(stages, last)).filter((fault) => fault !== false);
};
