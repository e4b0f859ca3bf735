/** A gateway or a courier in a process of its own, that can be killed at any moment. It is given messages over IPC; what it did stands in its log. */
import { join } from 'node:path';
import { LeaseClient } from '../../../client/src/index.ts';
import { seededChance } from '../load/seeded-chance.ts';
import { pause } from '../until.ts';
import { record } from './recording.ts';

export interface WorkerSettings {
  readonly role: 'gateway' | 'courier';
  readonly baseUrl: string;
  readonly channelUrl: string;
  readonly folder: string;
  readonly name: string;
  readonly ttlMs: number;
  readonly seed: number;
  readonly spool: boolean;
}

export interface Message {
  readonly session: string;
  readonly messageId: string;
  readonly text: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;
const { role, baseUrl, folder, name, ttlMs, seed, spool } = settings;
const chance = seededChance(seed);
const { handlers, log, onCheckpoint } = record(settings);
const client = new LeaseClient({ baseUrl, holder: name, ttlMs, onCheckpoint, ...(spool && { spoolFolder: join(folder, 'spool') }) });

/** A turn may be run again after a crash: the reply is named after the message, and is not generated anew if it is there. */
const answer = async ({ session, messageId, text }: Message): Promise<string> => {
  const replyId = `reply-to-${messageId}`;
  const generate = async (): Promise<string> => {
    await pause(chance() * 20);
    const reply = `${text} (by ${name}, ${process.pid})`;
    log({ what: 'generated', session, replyId, text: reply });
    return reply;
  };
  const { outcome } = await client.turn<string>(session, { generate, ...handlers }, { replyId, waitMs: 60_000 });
  log({ what: 'ended', session, replyId, outcome });
  return outcome;
};

if (role === 'courier') client.courier(handlers, { pollMs: 100, onError: (error) => process.send?.({ trouble: String(error) }) });
process.on('message', (message: Message | 'close') => {
  if (message === 'close') void client.close().then(() => process.exit(0));
  else {
    answer(message).then(
      (outcome) => process.send?.({ answered: message.messageId, outcome }),
      (error: unknown) => process.send?.({ failed: message.messageId, error: String(error) }),
    );
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
