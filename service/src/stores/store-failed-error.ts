/** The store cannot be opened, or cannot go on; the message is one sentence for the operator. */
export class StoreFailedError extends Error {
  override readonly name = 'StoreFailedError';
}
