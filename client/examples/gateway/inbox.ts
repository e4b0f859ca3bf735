/**
 * Inbound messages, from before they are acknowledged until their reply is kept. Holdfast keeps replies; that no message is lost on its way in is the gateway's
 * own business, and takes no more than this: a file, on the disk, before the channel is told that its message has arrived.
 */
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from './message.ts';

const MESSAGES_MAX = 10_000;
const UNFINISHED = '.part';

export class Inbox {
  readonly #folder: string;
  readonly #messagesMax: number;
  /** The files by their messages' reply ids; a promise while the file is being written. */
  readonly #files = new Map<string, Promise<string>>();
  #sequence = 0;

  private constructor(folder: string, messagesMax: number) {
    this.#folder = folder;
    this.#messagesMax = messagesMax;
  }

  /** Opens the folder, and gives what an earlier process has left in it, in order of arrival. */
  static async open(folder: string, messagesMax = MESSAGES_MAX): Promise<{ readonly inbox: Inbox; readonly left: readonly Message[] }> {
    await mkdir(folder, { recursive: true });
    const inbox = new Inbox(folder, messagesMax);
    const left: Message[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      // Its channel was never told that it had arrived, and will send it again.
      if (name.endsWith(UNFINISHED)) await rm(path);
      else left.push(inbox.#found(path, Number.parseInt(name), JSON.parse(await readFile(path, 'utf8')) as Message));
    }
    return { inbox, left };
  }

  /** Resolves once the message is on the disk. `known`: it was there already. `full`: it was not taken. */
  async put(message: Message): Promise<'new' | 'known' | 'full'> {
    const writing = this.#files.get(message.replyId);
    if (writing) {
      await writing;
      return 'known';
    }
    if (this.#files.size >= this.#messagesMax) return 'full';
    this.#sequence += 1;
    const path = join(this.#folder, `${String(this.#sequence).padStart(12, '0')}.json`);
    const written = this.#write(path, JSON.stringify(message));
    this.#files.set(message.replyId, written);
    try {
      await written;
    } catch (error) {
      this.#files.delete(message.replyId);
      throw error;
    }
    return 'new';
  }

  /** Forgets a message whose reply is kept. Should a power cut bring the file back, its reply is found by its id. */
  async remove({ replyId }: Message): Promise<void> {
    const path = await this.#files.get(replyId);
    if (path) await rm(path, { force: true });
    this.#files.delete(replyId);
  }

  #found(path: string, sequence: number, message: Message): Message {
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#files.set(message.replyId, Promise.resolve(path));
    return message;
  }

  async #write(path: string, text: string): Promise<string> {
    await writeFile(path + UNFINISHED, text, { flush: true });
    await rename(path + UNFINISHED, path);
    const folder = await open(this.#folder);
    // A new name is on the disk once its folder is.
    await folder.sync().finally(() => folder.close());
    return path;
  }
}
