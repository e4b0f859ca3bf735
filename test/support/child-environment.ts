/** What a process that a test starts has of the test's own variables: where programs are, and where the run keeps compiled sources. */
const PASSED_ON = ['PATH', 'NODE_COMPILE_CACHE'] as const;

export const childEnvironment = (): Record<string, string> => Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
