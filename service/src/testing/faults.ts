/** Stands between the sockets and the service, and does to them what networks and machines do: silence, stalls, lost answers. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';
import { LostAnswers } from './lost-answers.ts';
import type { Quiet } from './quiet.ts';

export class Faults {
  readonly lostAnswers = new LostAnswers();
  readonly #sockets = new Set<Socket>();
  readonly #quiet: Quiet;
  #isSilent = false;
  #isClosed = false;
  #stall: PromiseWithResolvers<void> | undefined;

  constructor(app: FastifyInstance, quiet: Quiet) {
    this.#quiet = quiet;
    app.server.on('connection', (socket: Socket) => this.#connected(socket));
    app.addHook('onRequest', async ({ raw }) => {
      quiet.note();
      await this.#pass();
      this.lostAnswers.arrived(raw);
    });
    app.addHook('onSend', async ({ raw }, reply, payload) => {
      quiet.note();
      await this.#pass();
      this.lostAnswers.answered(raw, reply.statusCode);
      return payload;
    });
    app.addHook('onResponse', async () => quiet.note());
  }

  /** No byte of an answer leaves from now on, and no request is carried out. */
  goSilent(): void {
    this.#isSilent = true;
    this.#holdStreams();
  }

  /** Cuts all connections of the time of silence, so that their clients know that nothing will come of them. */
  comeBack(): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Holds up requests and answers until the clock has gone on by `ms`, for as long as the longest of several stalls. Resolves when it is over. */
  stall(clock: Clock, ms: number): Promise<void> {
    const stall = (this.#stall ??= Promise.withResolvers<void>());
    this.#holdStreams();
    clock.after(ms, () => {
      // A longer one holds up this very timer, so that the first to fire ends them all.
      if (this.#stall !== stall) return;
      this.#stall = undefined;
      if (!this.#isSilent) for (const socket of this.#sockets) socket.uncork();
      stall.resolve();
    });
    return stall.promise;
  }

  /** Cuts every connection, and every one that comes. */
  close(error: Error): void {
    this.#isClosed = true;
    this.#isSilent = false;
    this.#stall?.resolve();
    this.#stall = undefined;
    this.lostAnswers.close(error);
    for (const socket of this.#sockets) socket.destroy();
  }

  #connected(socket: Socket): void {
    this.#quiet.note();
    if (this.#isClosed) return void socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#quiet.note();
      this.#sockets.delete(socket);
    });
  }

  /** An answer that has begun, an event stream, is held in its socket; all others are held before they begin. */
  #holdStreams(): void {
    for (const socket of this.#sockets) if (socket.writableCorked === 0) socket.cork();
  }

  /** Resolves once there is neither stall nor silence; never for what falls into a silence, as its connection is cut after it. */
  async #pass(): Promise<void> {
    while (this.#stall) await this.#stall.promise;
    if (this.#isSilent) await new Promise<never>(() => {});
  }
}
