/**
 * A local folder for finished replies while the service is away. A reply that `keep` has resolved for is there after a crash and a power cut, until it is
 * parked in the service or moved aside for all to see. Several processes may use one folder.
 */
import type { Clock } from '../clock.ts';
import { InvalidRequestError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { payloadOf } from '../replies/payload.ts';
import { checkReplyId, checkSession } from '../session-path.ts';
import { SpoolError, SpoolFullError } from './errors.ts';
import { asideNameOf, digestOf, fileNameOf, inOrder, isUnfinished, parseFileName, unfinishedNameOf, type SpoolFileName } from './file-name.ts';
import { FolderDisk, type SpoolDisk, type SpoolFile } from './folder-disk.ts';
import { checksumIn, DamagedRecordError, decodeRecord, encodeRecord, NewerRecordError, type SpoolEntry } from './record.ts';
import { Turns } from './turns.ts';

/** How much a folder may hold, what was moved aside included. Processes that write at the same moment can exceed it by what they write then. */
export interface SpoolLimits {
  /** Default 10,000. */
  readonly replies?: number;
  /** Default 268,435,456 (256 MiB). */
  readonly bytes?: number;
}

export interface SpoolParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The store that the client speaks to; undefined until its first answer. What is kept is marked with it. */
  readonly storeId?: () => string | undefined;
  readonly limits?: SpoolLimits;
  /** What the folder is on. Give your own only in tests. */
  readonly disk?: SpoolDisk;
}

/** A reply as it stands in the folder. */
export interface SpooledReply extends SpoolEntry {
  readonly file: string;
  readonly checksum: string;
}

const REPLIES_MAX = 10_000;
const BYTES_MAX = 256 * 1024 * 1024;
const KEEPS_MAX = 1_000;
/** No write takes so long: whoever began it was killed. */
const UNFINISHED_MS_MAX = 600_000;

export class Spool {
  readonly folder: string;
  readonly storeId: () => string | undefined;
  readonly #disk: SpoolDisk;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: Required<SpoolLimits>;
  readonly #turns = new Turns(KEEPS_MAX);
  #order = 0;
  #writes = 0;

  constructor(folder: string, { clock, logger, limits, storeId = () => undefined, disk = new FolderDisk(folder) }: SpoolParts) {
    this.folder = folder;
    this.storeId = storeId;
    this.#disk = disk;
    this.#clock = clock;
    this.#logger = logger;
    this.#limits = { replies: limits?.replies ?? REPLIES_MAX, bytes: limits?.bytes ?? BYTES_MAX };
  }

  /**
   * Resolves when the reply is durably there. The same reply again is the same one, and only its `committed` may rise.
   * @throws SpoolFullError. InvalidRequestError the service would never take it; or `reply-id-reused`: another payload stands under its id. SpoolError the disk failed; its `cause` says how.
   */
  async keep(entry: SpoolEntry): Promise<void> {
    checkSession(entry.session);
    checkReplyId(entry.replyId);
    // Measured and copied now: the caller may go on with its object.
    const { payload } = payloadOf(entry.payload, entry.contentType);
    const storeId = entry.storeId ?? this.storeId();
    const copy = { ...entry, payload, ...(storeId !== undefined && { storeId }) };
    await this.#turns.next(() => this.#failing('keep a reply', () => this.#keep(copy)));
  }

  /** The replies in the order in which they were kept, read one at a time. Damaged ones are moved aside, and reported. */
  async *entries(): AsyncGenerator<SpooledReply, void, void> {
    for (const { name } of await this.list()) {
      const reply = await this.read(name);
      if (reply) yield reply;
    }
  }

  /** What stands in the folder, in the order in which it was kept. Cleans away what a killed process left unfinished. */
  async list(): Promise<readonly SpoolFileName[]> {
    return this.#failing('be listed', async () => {
      const names = await this.#disk.names();
      for (const name of names) if (isUnfinished(name)) await this.#clean(name);
      return spooled(names);
    });
  }

  /** One reply by its name; undefined where it is not there. */
  async find(named: Pick<SpoolEntry, 'session' | 'replyId'>): Promise<SpooledReply | undefined> {
    const digest = digestOf(named);
    const there = (await this.list()).find((file) => file.digest === digest);
    return there && this.read(there.name);
  }

  /** Undefined where it is not there any more, or nobody here can read it: a damaged one is moved aside. */
  async read(file: string): Promise<SpooledReply | undefined> {
    return this.#failing('read a reply', async () => {
      const text = await this.#disk.read(file);
      if (text === undefined) return undefined;
      try {
        return { ...decodeRecord(text), file, checksum: checksumIn(text) };
      } catch (error) {
        await this.#unreadable(file, error);
        return undefined;
      }
    });
  }

  /** Takes away what the service has by now. What was kept again meanwhile, because it was committed, stays. */
  async remove({ file, checksum }: SpooledReply): Promise<void> {
    await this.#turns.next(() =>
      this.#failing('remove a reply', async () => {
        const text = await this.#disk.read(file);
        if (text !== undefined && checksumIn(text) === checksum) await this.#disk.remove(file);
      }),
    );
  }

  /** Moves a reply into the folder `refused`, with the reason beside it. Move the file back to have it tried again. */
  async refuse({ file, session, replyId }: SpooledReply, why: string): Promise<void> {
    const aside = await this.#failing('move a reply aside', () => this.#setAside(file, why));
    if (aside !== undefined) this.#logger.error({ session, replyId, folder: this.folder, file: aside, why }, 'a spooled reply can never be parked; it was moved aside');
  }

  async #keep(entry: SpoolEntry): Promise<void> {
    const disk = this.#disk;
    await disk.prepare();
    const files = await disk.files();
    const names = spooled(files.map(({ name }) => name));
    const digest = digestOf(entry);
    const there = names.find((name) => name.digest === digest);
    const kept = there && (await this.read(there.name));
    if (kept) return this.#keepAgain(kept, entry);
    this.#order = Math.max(this.#order, ...names.slice(-1).map(({ order }) => order)) + 1;
    const contents = encodeRecord(entry);
    this.#assertRoom([...files, ...(await disk.filesAside())], Buffer.byteLength(contents));
    await this.#write(fileNameOf(this.#order, digest), contents);
  }

  async #keepAgain({ file, checksum: _, ...kept }: SpooledReply, entry: SpoolEntry): Promise<void> {
    if (!isSame(kept, entry)) {
      throw new InvalidRequestError(`The reply id ${entry.replyId} was used in this session for another reply.`, { code: 'reply-id-reused' });
    }
    if (entry.committed && !kept.committed) return this.#write(file, encodeRecord({ ...kept, committed: true }));
    // Whoever put it there may have been killed before it was durable.
    return this.#disk.sync();
  }

  async #write(name: string, contents: string): Promise<void> {
    this.#writes += 1;
    const mark = `${process.pid}-${Math.round(this.#clock.now().wallUs)}-${this.#writes}`;
    await this.#disk.write(name, unfinishedNameOf(name, mark), contents);
  }

  #assertRoom(files: readonly SpoolFile[], moreBytes: number): void {
    const counted = files.filter(({ name }) => parseFileName(name));
    const bytes = counted.reduce((sum, file) => sum + file.bytes, moreBytes);
    const { replies: repliesMax, bytes: bytesMax } = this.#limits;
    if (counted.length >= repliesMax) throw new SpoolFullError(`The spool ${this.folder} has ${counted.length} replies, and may have ${repliesMax} at most.`);
    if (bytes > bytesMax) throw new SpoolFullError(`The spool ${this.folder} would have ${bytes} bytes, and may have ${bytesMax} at most.`);
  }

  async #unreadable(file: string, error: unknown): Promise<void> {
    const told = { folder: this.folder, file, err: error };
    if (error instanceof NewerRecordError) return this.#logger.error(told, 'a spooled reply was written by a later version of this client; it stays where it is');
    if (!(error instanceof DamagedRecordError)) throw error;
    const aside = await this.#setAside(file, `damaged: ${error.message}`);
    this.#logger.error({ ...told, aside }, 'a spooled reply is damaged; it was moved aside');
  }

  /** The name that it has now; undefined where another process was faster. */
  async #setAside(file: string, why: string): Promise<string | undefined> {
    const taken = new Set((await this.#disk.filesAside()).map(({ name }) => name));
    let { wallUs } = this.#clock.now();
    while (taken.has(asideNameOf(file, wallUs))) wallUs += 1;
    const aside = asideNameOf(file, wallUs);
    return (await this.#disk.setAside(file, aside, why)) ? aside : undefined;
  }

  async #clean(name: string): Promise<void> {
    const writtenAtMs = await this.#disk.writtenAtMs(name);
    if (writtenAtMs !== undefined && this.#clock.now().wallUs / 1_000 - writtenAtMs > UNFINISHED_MS_MAX) await this.#disk.remove(name);
  }

  async #failing<R>(what: string, step: () => Promise<R>): Promise<R> {
    try {
      return await step();
    } catch (error) {
      const known = error instanceof SpoolFullError || error instanceof InvalidRequestError || error instanceof SpoolError;
      throw known ? error : new SpoolError(what, error);
    }
  }
}

const spooled = (names: readonly string[]): readonly SpoolFileName[] => names.flatMap((name) => parseFileName(name) ?? []).sort(inOrder);

/** "The same" means payload and content type, as it does in the service. */
const isSame = (a: SpoolEntry, b: SpoolEntry): boolean => a.contentType === b.contentType && JSON.stringify(a.payload) === JSON.stringify(b.payload);
