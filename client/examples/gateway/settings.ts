/** The gateway's settings, from its environment, each fault by the variable's name. */
import { join, resolve } from 'node:path';

export interface Settings {
  readonly holdfastUrl: string;
  readonly holdfastApiKey: string | undefined;
  /** How long a session stays taken after a crash, in milliseconds. */
  readonly ttlMs: number;
  readonly port: number;
  readonly inboxFolder: string;
  readonly transcriptFolder: string;
  readonly spoolFolder: string;
  readonly modelUrl: string;
  readonly chatUrl: string;
  readonly mailUrl: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const numberOf = (env: Environment, name: string, fallback: number): number => {
  const value = Number(env[name] ?? fallback);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number, not "${env[name]}".`);
  return value;
};

const urlOf = (env: Environment, name: string, fallback: string): string => {
  const url = env[name] ?? fallback;
  if (!URL.canParse(url)) throw new Error(`${name} must be a URL, not "${url}".`);
  return url.replace(/\/$/, '');
};

export const readSettings = (env: Environment): Settings => {
  const folder = resolve(env['GATEWAY_FOLDER'] ?? 'gateway-state');
  return {
    holdfastUrl: urlOf(env, 'HOLDFAST_URL', 'http://127.0.0.1:7420'),
    holdfastApiKey: env['HOLDFAST_API_KEY'],
    ttlMs: numberOf(env, 'GATEWAY_TTL_MS', 30_000),
    port: numberOf(env, 'GATEWAY_PORT', 7500),
    inboxFolder: join(folder, 'inbox'),
    transcriptFolder: join(folder, 'transcripts'),
    spoolFolder: join(folder, 'spool'),
    modelUrl: urlOf(env, 'MODEL_URL', 'http://127.0.0.1:7600/model'),
    chatUrl: urlOf(env, 'CHAT_URL', 'http://127.0.0.1:7600/chat'),
    mailUrl: urlOf(env, 'MAIL_URL', 'http://127.0.0.1:7600/mail'),
  };
};
