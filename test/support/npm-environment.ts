/**
 * The environment for an npm that a test starts. Whoever runs the tests through npm has npm's own variables around, and they would tell the
 * inner npm that it works for the outer project. What a user has set (a registry, a proxy, certificates) stays; tap's variables go too.
 */
export const npmEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(_?TAP|npm_(package|lifecycle)_|npm_(command|execpath|node_execpath)$|npm_config_(local_|global_)?prefix$)/.test(name)),
  );
