/**
 * An HTTP proxy on loopback that writes a history of what passes: towards the service it is the client, so what it sends
 * and is answered is what the checker has to judge, whichever SDK or program stands behind it. It can lose requests and
 * answers on the way, by chance.
 */
import { createServer, Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { HistoryRecorder, SentRequest } from '../history/recorder.ts';
import type { AnswerBody } from '../lease-api.ts';
import { outcomeOf } from './outcome-of.ts';
import { isRefused } from './recorded-api.ts';
import { commandsOf, type SentCommand } from './commands-of.ts';

export interface RecordingProxyParts {
  readonly targetPort: number;
  /** Which one that is, of several. */
  readonly instance?: number;
  readonly history: HistoryRecorder;
  /** The part of the requests that are lost before the service, of the answers that are lost behind it, of the connections that end in between. */
  readonly losses: { readonly request: number; readonly answer: number; readonly between: number };
  readonly chance: () => number;
}

export class RecordingProxy {
  /** What was lost on purpose. */
  readonly lost = { requests: 0, answers: 0, between: 0 };
  readonly #parts: RecordingProxyParts;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((request, answer) => void this.#pass(request, answer));

  constructor(parts: RecordingProxyParts) {
    this.#parts = parts;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts every connection of the clients, and what is under way on them. */
  cutAll(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #pass(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { losses, chance, history, instance } = this.#parts;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the client went away before it had asked anything
    }
    if (request.url?.startsWith('/v1/events')) return this.#forward(request, answer, Buffer.concat(chunks), undefined);
    if (chance() < losses.request) {
      this.lost.requests += 1;
      request.socket.destroy();
      return;
    }
    const body = Buffer.concat(chunks);
    const commands = commandsOf(request.method ?? '', request.url ?? '', request.headers['lease-id'], body.toString());
    const sent = commands.map(({ session, command }) => ({ command, noted: history.sent(session, command, instance) }));
    this.#forward(request, answer, body, sent);
  }

  #forward(request: IncomingMessage, answer: ServerResponse, body: Buffer, sent: Noted[] | undefined): void {
    const { targetPort, losses, chance } = this.#parts;
    const { method, url, headers } = request;
    let done = false;
    const onward = httpRequest({ host: '127.0.0.1', port: targetPort, method, path: url, headers, agent: this.#agent }, (given) => {
      if (!sent) return void given.pipe(answer.writeHead(given.statusCode ?? 502, given.headers));
      const chunks: Buffer[] = [];
      given.on('data', (chunk: Buffer) => chunks.push(chunk));
      given.on('error', fail);
      given.on('end', () => {
        done = true;
        const text = Buffer.concat(chunks);
        note(sent, given.statusCode ?? 0, text.toString());
        if (chance() < losses.answer) {
          this.lost.answers += 1;
          request.socket.destroy();
        } else if (!answer.destroyed) answer.writeHead(given.statusCode ?? 502, given.headers).end(text);
      });
    });
    const fail = (error?: unknown): void => {
      if (done) return;
      done = true;
      for (const { noted } of sent ?? []) {
        if (isRefused(error)) noted.answered({ kind: 'not-applied' });
        else noted.gaveUp();
      }
      request.socket.destroy();
    };
    onward.on('error', fail);
    // The client went away: so does the proxy, as the service's client.
    answer.on('close', () => {
      if (!answer.writableFinished) onward.destroy();
    });
    onward.end(body);
    if (sent && chance() < losses.between) {
      this.lost.between += 1;
      setTimeout(() => onward.destroy(), chance() * 5);
    }
  }
}

interface Noted {
  readonly command: SentCommand['command'];
  readonly noted: SentRequest;
}

/** Writes each command's part of the answer down; a batch has one for each lease. */
const note = (sent: readonly Noted[], status: number, text: string): void => {
  const body = (text === '' ? {} : JSON.parse(text)) as AnswerBody;
  sent.forEach(({ command, noted }, index) => noted.answered(outcomeOf(command.kind, status, body.results?.[index] ?? body)));
};
