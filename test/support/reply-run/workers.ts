/** The parent's side of gateways and couriers: starts them, gives them messages, kills them, and hands what the killed had to others. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { forkProgram } from '../fork-program.ts';
import type { Message, WorkerSettings } from './worker.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

interface Told {
  readonly ready?: true;
  readonly answered?: string;
  readonly failed?: string;
  readonly outcome?: string;
  readonly error?: string;
  readonly trouble?: string;
}

export class Worker {
  readonly pid: number;
  readonly settings: WorkerSettings;
  readonly exited: Promise<unknown>;
  /** Messages it was given and has not answered, by id. */
  readonly open = new Map<string, Message>();
  /** Messages whose turn failed before there was a reply: nobody has acknowledged them, and they come again. */
  readonly failed: Message[] = [];
  readonly outcomes: { messageId: string; outcome?: string | undefined; error?: string | undefined }[] = [];
  readonly troubles: string[] = [];
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  #gone = false;

  constructor(settings: WorkerSettings) {
    this.settings = settings;
    this.#child = forkProgram(WORKER, settings);
    this.pid = this.#child.pid ?? 0;
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#child.on('message', (told: Told) => {
      if (told.ready) ready.resolve();
      if (told.trouble !== undefined) this.troubles.push(told.trouble);
      const messageId = told.answered ?? told.failed;
      if (messageId === undefined) return;
      if (told.failed !== undefined) this.failed.push(this.open.get(messageId)!);
      this.open.delete(messageId);
      this.outcomes.push({ messageId, outcome: told.outcome, error: told.error });
    });
    this.exited = once(this.#child, 'exit').then((ended) => {
      this.#gone = true;
      ready.resolve();
      return ended;
    });
    // Sending to one that was just killed fails; its exit tells the same.
    this.#child.on('error', () => {});
  }

  get gone(): boolean {
    return this.#gone;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  give(message: Message): void {
    this.open.set(message.messageId, message);
    if (!this.#gone) this.#child.send(message, () => {});
  }

  async kill(): Promise<void> {
    if (!this.#gone) this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it in good order. */
  async close(): Promise<void> {
    if (!this.#gone) this.#child.send('close', () => {});
    await this.exited;
  }
}
