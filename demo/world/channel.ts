/**
 * The chat channel, a process of its own: it records durably what becomes of all that it is sent, in the order of receiving, and only then answers.
 * It has the faults of its kind: it answers 502 while the demo has it do so, refuses one reply for good, and loses one answer on the way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ChannelPlan } from '../workload/plan-channel.ts';
import { appendDurably } from './durable-lines.ts';
import { listenForParent, readJson } from './listen.ts';
import { endWithParent, settingsFromParent } from './parent.ts';

/** What is sent to a user. */
export interface Delivery {
  /** The idempotency key: what came before under the same one is not shown again. */
  readonly replyId: string;
  /** The message that it answers. */
  readonly messageId: string;
  readonly session: string;
  /** An apology is what a user gets instead of a reply. */
  readonly kind: 'reply' | 'apology';
  readonly text: string;
  /** Who sends it. */
  readonly from: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Whether the sender knows that an earlier attempt may have arrived. */
  readonly maybeDelivered: boolean;
}

/** What became of a delivery: `taken` is what the user sees, `filtered` had been taken before under the same id. */
export type Became = 'taken' | 'filtered' | 'refused' | 'unavailable';

/** A delivery on record, and when it came: wall clock, in milliseconds. */
export interface ChannelRecord extends Delivery {
  readonly became: Became;
  /** Whether the sender was meant to hear of it. */
  readonly answered: boolean;
  readonly atMs: number;
}

export interface ChannelSettings extends ChannelPlan {
  readonly recordPath: string;
}

/** What the demo has the channel do. */
export interface ChannelOrder {
  readonly isAway: boolean;
}

const ANSWERS: Readonly<Record<Became, readonly [status: number, words: string]>> = {
  taken: [204, ''],
  filtered: [204, ''],
  refused: [403, 'the channel does not take this message'],
  unavailable: [502, 'the channel is away'],
};

const { recordPath, refusedMessageId, swallowedMessageId } = settingsFromParent<ChannelSettings>();
const taken = new Set<string>();
let isAway = false;

const decide = ({ replyId, messageId, kind }: Delivery): Became => {
  if (isAway) return 'unavailable';
  if (messageId === refusedMessageId && kind === 'reply') return 'refused';
  return taken.has(replyId) ? 'filtered' : 'taken';
};

const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const delivery = (await readJson(request)) as Delivery;
  const became = decide(delivery);
  const answered = !(became === 'taken' && delivery.kind === 'reply' && delivery.messageId === swallowedMessageId);
  appendDurably(recordPath, { ...delivery, became, answered, atMs: Date.now() } satisfies ChannelRecord);
  if (became === 'taken') taken.add(delivery.replyId);
  const [status, words] = ANSWERS[became];
  if (answered) response.writeHead(status).end(words);
  else request.socket.resetAndDestroy();
};

endWithParent();
process.on('message', (order: ChannelOrder) => (isAway = order.isAway));
const server = createServer((request, response) => {
  receive(request, response).catch((error: unknown) => {
    // A gateway that was killed in the middle of its request is part of the demo; nothing was recorded then.
    if (!response.destroyed) response.writeHead(400).end(String(error));
  });
});
await listenForParent(server);
