/**
 * The model provider, a process of its own. For each message it follows the plan: it lets a call hang and resets the
 * connection, a real RST, as often as planned, and answers the call after that, late.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProviderPlan } from '../workload/plan.ts';
import { listenForParent, readJson } from './listen.ts';
import { endWithParent, settingsFromParent } from './parent.ts';

export interface ProviderSettings {
  /** A file with the plan of each message, by its id. */
  readonly plansPath: string;
}

const plans = JSON.parse(readFileSync(settingsFromParent<ProviderSettings>().plansPath, 'utf8')) as Record<string, ProviderPlan>;
const callsSeen = new Map<string, number>();

const complete = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { messageId } = (await readJson(request)) as { messageId: string };
  const plan = plans[messageId];
  if (!plan) {
    response.writeHead(400).end(JSON.stringify({ error: `no plan for the message ${messageId}` }));
    return;
  }
  const call = callsSeen.get(messageId) ?? 0;
  callsSeen.set(messageId, call + 1);
  const resetAfterMs = plan.resetAfterMs[call];
  await delay(resetAfterMs ?? plan.answerAfterMs);
  if (resetAfterMs !== undefined) request.socket.resetAndDestroy();
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text: `the answer to ${messageId}` }));
};

endWithParent();
const server = createServer((request, response) => {
  complete(request, response).catch((error: unknown) => {
    // A gateway that was killed in the middle of its request is part of the demo.
    if (!response.destroyed) response.writeHead(400).end(JSON.stringify({ error: String(error) }));
  });
});
await listenForParent(server);
