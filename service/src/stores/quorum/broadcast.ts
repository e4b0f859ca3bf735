/** Messages between instances, over every node that is there: each arrives as often as nodes carry it, or not at all. */
import type { Member } from './member.ts';

export class Broadcast {
  readonly #members: readonly Member[];
  readonly #channel: string;
  #onMessage: (text: string) => void = () => {};

  private constructor(members: readonly Member[], channel: string) {
    this.#members = members;
    this.#channel = channel;
  }

  /** Resolves once messages arrive over each node that is up. Others follow when they come back. */
  static async start(members: readonly Member[], channel: string): Promise<Broadcast> {
    const broadcast = new Broadcast(members, channel);
    await Promise.all(members.map((member) => broadcast.#subscribe(member)));
    return broadcast;
  }

  listen(onMessage: (text: string) => void): void {
    this.#onMessage = onMessage;
  }

  publish(text: string): void {
    for (const { link } of this.#members) {
      // A message that is lost costs a second at most; whether the node answers is told by its link.
      if (link.isUp) link.commands.publish(this.#channel, text).catch(() => {});
    }
  }

  async #subscribe({ link: { subscription, isUp } }: Member): Promise<void> {
    subscription.on('message', (_channel, text) => this.#onMessage(text));
    const begin = async (): Promise<void> => {
      await subscription.subscribe(this.#channel);
    };
    subscription.on('ready', () => {
      // The connection was lost again, and its next `ready` begins anew.
      begin().catch(() => {});
    });
    if (subscription.status === 'ready') await begin().catch(() => {});
    else if (isUp) await new Promise<void>((resolve) => void subscription.once('ready', () => resolve()));
  }
}
