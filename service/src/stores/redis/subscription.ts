/** Keeps this instance subscribed to its channels: ioredis connects again by itself, and we subscribe again each time. */
import type { Redis } from 'ioredis';

export interface SubscriptionParts {
  /** A connection of its own, which has not subscribed to anything yet. */
  readonly redis: Redis;
  readonly channels: readonly string[];
  readonly onMessage: (channel: string, message: string) => void;
  /** What is published from now on arrives; what was published meanwhile has not. */
  readonly onSubscribed?: () => void;
}

/** Resolves when the channels are subscribed to for the first time. @throws the server's refusal, as where its user may not use the channels */
export const subscribe = async ({ redis, channels, onMessage, onSubscribed }: SubscriptionParts): Promise<void> => {
  const begin = async (): Promise<void> => {
    await redis.subscribe(...channels);
    onSubscribed?.();
  };
  redis.on('message', onMessage);
  await begin();
  redis.on('ready', () => {
    begin().catch(() => {
      // The connection was lost again, and its next `ready` begins anew; until then waiters are asked about once a second.
    });
  });
};
