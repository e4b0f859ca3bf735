/** The embedded store's database without a file and without a thread: it is there at once, and a commit is over in the turn that began it. */
import { Database } from '../stores/embedded/database.ts';
import type { Writer } from '../stores/embedded/writer.ts';

/** @param onCommit called for every commit, once it is done */
export const memoryWriter = (newStoreId: string, onCommit: () => void): Writer => {
  const database = new Database(':memory:', newStoreId);
  return {
    ended: new Promise(() => {}),
    facts: async () => database.facts(),
    rowsAfter: async (id) => database.rowsAfter(id),
    proveWritable: async () => database.proveWritable(),
    commit: async (changes) => {
      database.commit(changes);
      onCommit();
    },
    liveKeys: async (range) => database.liveKeys(range),
    payload: async (key) => database.payload(key),
    listedReplies: async (range) => database.listedReplies(range),
    close: async () => database.close(),
  };
};
