/** Keeps this instance subscribed to its channels: ioredis connects again by itself, and we subscribe again each time. */
import type { RedisLink } from './link.ts';

export interface SubscriptionParts {
  readonly link: Pick<RedisLink, 'subscription'>;
  readonly channels: readonly string[];
  readonly onMessage: (channel: string, message: string) => void;
  /** What is published from now on arrives; what was published meanwhile has not. */
  readonly onSubscribed: () => void;
}

/** Resolves when the channels are subscribed to for the first time. @throws the server's refusal, as where its user may not use the channels */
export const subscribe = async ({ link: { subscription }, channels, onMessage, onSubscribed }: SubscriptionParts): Promise<void> => {
  const begin = async (): Promise<void> => {
    await subscription.subscribe(...channels);
    onSubscribed();
  };
  subscription.on('message', onMessage);
  await begin();
  subscription.on('ready', () => {
    begin().catch(() => {
      // The connection was lost again, and its next `ready` begins anew; until then waiters are asked about once a second.
    });
  });
};
