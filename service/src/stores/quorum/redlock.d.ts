/** What is used of redlock 4.2, which comes without types. */
declare module 'redlock' {
  class Redlock {
    static readonly LockError: new (...given: never[]) => Error;
    constructor(clients: Redlock.Client[], options: Redlock.Options);
    /** Resolves when a majority of the clients has set `resource` for `ttlMs`; rejects with a `LockError` otherwise. */
    lock(resource: string, ttlMs: number): Promise<Redlock.Lock>;
    on(event: 'clientError', listener: (error: unknown) => void): this;
    /** As they were made of the options. */
    readonly scripts: Readonly<Record<'lockScript' | 'unlockScript', { readonly value: string }>>;
  }

  namespace Redlock {
    type Callback = (error: Error | null, result?: unknown) => void;

    interface Client {
      evalsha(hash: string, given: unknown[], callback: Callback): unknown;
      eval(given: unknown[], callback: Callback): unknown;
    }

    interface Options {
      readonly retryCount: number;
      readonly lockScript?: (text: string) => string;
      readonly unlockScript?: (text: string) => string;
    }

    interface Lock {
      readonly value: string;
      unlock(): Promise<void>;
    }
  }

  export default Redlock;
}
