/** The gateway's composition root: settings, client, inbox, courier, server, signals. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { LeaseClient } from '../../src/index.ts';
import { channelsAt } from './channels.ts';
import { Gateway } from './gateway.ts';
import { inboundServer } from './inbound-server.ts';
import { Inbox } from './inbox.ts';
import { modelAt } from './model.ts';
import { replyHandlers } from './replies.ts';
import { readSettings } from './settings.ts';
import { Transcripts } from './transcripts.ts';

const settings = readSettings(process.env);
const log = (event: string, facts: object): void => void process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);

const client = new LeaseClient({
  baseUrl: settings.holdfastUrl,
  ...(settings.holdfastApiKey !== undefined && { apiKey: settings.holdfastApiKey }),
  holder: `example-gateway/pid ${process.pid}`,
  ttlMs: settings.ttlMs,
  spoolFolder: settings.spoolFolder,
});
const transcripts = new Transcripts(settings.transcriptFolder);
const handlers = replyHandlers(transcripts, channelsAt(settings));
const { inbox, left } = await Inbox.open(settings.inboxFolder);
const gateway = new Gateway({ client, inbox, transcripts, handlers, complete: modelAt(settings.modelUrl), log });

// What an earlier process has left comes before anything new: first its messages, and with the courier the replies that no turn will look at.
for (const message of left) gateway.handle(message);
client.courier(handlers, { onError: (error) => log('courier', { error: String(error) }) });

const server = inboundServer(gateway, log);
server.listen(settings.port, '127.0.0.1');
await once(server, 'listening');
log('listening', { port: (server.address() as AddressInfo).port, left: left.length });

const stop = async (): Promise<void> => {
  server.close();
  // The client tells its turns and its courier to stop, and waits until they have kept what they have.
  await Promise.all([gateway.stop(), client.close()]);
  log('stopped', {});
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
