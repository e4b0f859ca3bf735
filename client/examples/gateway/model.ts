/** The model provider. It does not try again by itself: the turn does, and holds the session through the pauses. */
import { post } from './post.ts';
import type { Entry } from './transcripts.ts';

export type Complete = (history: readonly Entry[], prompt: string, signal: AbortSignal) => Promise<string>;

export const modelAt =
  (modelUrl: string): Complete =>
  async (history, prompt, signal) => {
    const turns = history.flatMap((entry) => [entry.prompt, entry.text]);
    const answer = (await post(modelUrl, { messages: [...turns, prompt] }, { signal })) as { readonly text: string };
    return answer.text;
  };
