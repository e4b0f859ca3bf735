/**
 * A miniature of the gateway that loses replies: the order of its steps is the original's. It holds its session for the reading and for the writing, and not for
 * the model call between them. Nothing here knows of Holdfast; whoever starts it hands in what is behind its seam.
 */
import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import type { AcquireSessionWriteLock } from './seam.ts';

/** The session was busy for too long. */
export class SessionWriteTimeoutError extends Error {
  override readonly name = 'SessionWriteTimeoutError';
}

/** Somebody else has changed the session meanwhile: the reply does not fit any more, and is dropped. */
export class SessionTakeoverError extends Error {
  override readonly name = 'SessionTakeoverError';
}

export interface GatewayParts {
  readonly acquireSessionWriteLock: AcquireSessionWriteLock;
  /** Answers a prompt, or fails as a provider does. */
  readonly complete: (prompt: string, history: string) => Promise<string>;
  readonly deliver: (reply: string) => Promise<void>;
}

const ATTEMPTS_MAX = 6;
const LIMITS = { timeoutMs: 60_000, staleMs: 1_800_000, maxHoldMs: 300_000, allowReentrant: false };

const contentsOf = async (sessionFile: string): Promise<string> => {
  try {
    return await readFile(sessionFile, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
};

const fingerprintOf = (contents: string): string => createHash('sha256').update(contents).digest('hex');

const isConnectionReset = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ECONNRESET';

const completeWithRetries = async ({ complete }: GatewayParts, prompt: string, history: string): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await complete(prompt, history);
    } catch (error) {
      if (!isConnectionReset(error) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
};

/** Answers one message of a session. @throws SessionTakeoverError the finished reply is lost */
export const answerMessage = async (parts: GatewayParts, sessionFile: string, prompt: string): Promise<void> => {
  const reading = await parts.acquireSessionWriteLock({ sessionFile, ...LIMITS });
  const history = await contentsOf(sessionFile).finally(() => reading.release());

  const reply = await completeWithRetries(parts, prompt, history);

  const writing = await parts.acquireSessionWriteLock({ sessionFile, ...LIMITS });
  try {
    if (fingerprintOf(await contentsOf(sessionFile)) !== fingerprintOf(history)) throw new SessionTakeoverError(`${sessionFile} was changed by somebody else`);
    writing.assertOwned();
    await appendFile(sessionFile, `${JSON.stringify({ prompt, reply })}\n`);
  } finally {
    await writing.release();
  }
  await parts.deliver(reply);
};
