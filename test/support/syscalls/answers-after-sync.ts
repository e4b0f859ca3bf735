/**
 * Judges a log of system calls by S11: no answer that acknowledges a change may be written to its client before the log of the
 * database was written and synchronised, both after the request had arrived. strace sees a call end before whatever the
 * end causes can begin, so the order of its lines is the order of cause and effect.
 */
import { readStraceLog, type CallEvent } from './strace-log.ts';

export interface Verdict {
  /** Answers that acknowledge a change. */
  readonly answers: number;
  /** Successful synchronisations of the database's log, by the name of the call. */
  readonly syncs: Readonly<Record<string, number>>;
  /** A sentence for each answer that was too early, and one if there was nothing to judge by. */
  readonly violations: readonly string[];
}

const SYNCS = ['fsync', 'fdatasync'];
const WRITES = ['pwrite64', 'pwritev', 'write', 'writev'];
const ANSWERS = ['write', 'writev', 'sendto', 'sendmsg'];
const REQUESTS = ['read', 'recvfrom', 'readv', 'recvmsg'];
const CHANGE = /^(PUT|POST|DELETE) \S+/;
const ACKNOWLEDGED = /^HTTP\/1\.1 2\d\d /;

/** How far the log of the database was, seen from one request. */
interface Asked {
  readonly request: string;
  written: boolean;
  /** Synchronisations that began after the write. */
  readonly syncing: Set<string>;
  durable: boolean;
}

class Judge {
  answers = 0;
  readonly syncs: Record<string, number> = {};
  readonly violations: string[] = [];
  readonly #open = new Map<string, Asked>();

  see(event: CallEvent): void {
    const { call, phase, on, result, text } = event;
    if (on.endsWith('-wal')) return this.#seeDatabaseLog(event);
    if (!on.startsWith('TCP')) return;
    if (phase === 'end' && REQUESTS.includes(call) && CHANGE.test(text) && (result ?? 0) > 0) {
      this.#open.set(on, { request: CHANGE.exec(text)![0], written: false, syncing: new Set(), durable: false });
    }
    if (phase === 'begin' && ANSWERS.includes(call) && text.startsWith('HTTP/1.1')) this.#seeAnswer(event);
  }

  #seeDatabaseLog({ call, phase, thread, result }: CallEvent): void {
    const synced = SYNCS.includes(call) && phase === 'end' && result === 0;
    if (synced) this.syncs[call] = (this.syncs[call] ?? 0) + 1;
    for (const asked of this.#open.values()) {
      if (WRITES.includes(call) && phase === 'end' && (result ?? 0) > 0) asked.written = true;
      if (SYNCS.includes(call) && phase === 'begin' && asked.written) asked.syncing.add(thread);
      if (synced && asked.syncing.has(thread)) asked.durable = true;
    }
  }

  #seeAnswer({ on, text, line }: CallEvent): void {
    const asked = this.#open.get(on);
    this.#open.delete(on);
    if (!asked || !ACKNOWLEDGED.test(text)) return;
    this.answers += 1;
    if (!asked.durable) this.violations.push(`line ${line + 1}: ${asked.request} was acknowledged before its change was synchronised`);
  }
}

export const judgeAnswers = (log: string): Verdict => {
  const judge = new Judge();
  for (const event of readStraceLog(log)) judge.see(event);
  const { answers, syncs, violations } = judge;
  if (answers === 0) violations.push('no answer was seen that acknowledges a change');
  if (Object.keys(syncs).length === 0) violations.push('no successful fsync or fdatasync was seen on the log of the database');
  return { answers, syncs, violations };
};
