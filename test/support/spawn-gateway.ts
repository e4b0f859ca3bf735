/** The example gateway as its own process, as its user starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../client/examples/gateway/main.ts', import.meta.url));

export interface GatewaySettings {
  readonly holdfastUrl: string;
  readonly worldUrl: string;
  /** Where its inbox, its transcripts and its spool are. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class SpawnedGateway {
  readonly events: { readonly event: string; readonly [fact: string]: unknown }[] = [];
  stderr = '';
  readonly #child;
  readonly #exited: Promise<unknown[]>;
  #port = 0;

  constructor({ holdfastUrl, worldUrl, folder, env = {} }: GatewaySettings) {
    this.#child = spawn(process.execPath, [MAIN], {
      env: {
        ...childEnvironment(),
        HOLDFAST_URL: holdfastUrl,
        GATEWAY_PORT: '0',
        GATEWAY_TTL_MS: '2000',
        GATEWAY_FOLDER: folder,
        MODEL_URL: `${worldUrl}/model`,
        CHAT_URL: `${worldUrl}/chat`,
        MAIL_URL: `${worldUrl}/mail`,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    let rest = '';
    this.#child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      this.events.push(...lines.map((line) => JSON.parse(line)));
    });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** Resolves once it listens. */
  async ready(): Promise<this> {
    const { port } = await until('the gateway listens', () => this.events.find(({ event }) => event === 'listening') ?? this.#fault());
    this.#port = Number(port);
    return this;
  }

  /** Sends it a message, as the channel does. */
  post(channel: 'chat' | 'mail', body: object | string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#port}/${channel}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  /** Ends it, and waits for that. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#exited;
    return this.#child.exitCode;
  }

  #fault(): undefined {
    if (this.#child.exitCode !== null) throw new Error(`the gateway ended with ${this.#child.exitCode}: ${this.stderr}`);
    return undefined;
  }
}

/** Starts a gateway that ends with the test. */
export const spawnGateway = (t: { teardown(end: () => Promise<unknown>): void }, settings: GatewaySettings): Promise<SpawnedGateway> => {
  const gateway = new SpawnedGateway(settings);
  t.teardown(() => gateway.end('SIGKILL'));
  return gateway.ready();
};
