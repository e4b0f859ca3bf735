/** Reads what a run left on disk and in the service. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseClient } from '../../../client/src/index.ts';
import type { KeptReply, LogLine, TranscriptLine } from './record.ts';

/** A line that a kill cut off was never written as far as anybody is concerned. */
const linesOf = <Line>(file: string): Line[] => {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).filter(Boolean).map((line) => JSON.parse(line) as Line);
};

const filesIn = (folder: string, pattern: RegExp): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).map((name) => join(folder, name)) : []);

export const readLogs = (folder: string): LogLine[] => filesIn(folder, /^log-\d+\.jsonl$/).flatMap((file) => linesOf<LogLine>(file)).sort((a, b) => a.atMs - b.atMs);

export const readTranscripts = (folder: string): TranscriptLine[] => filesIn(join(folder, 'transcripts'), /\.jsonl$/).flatMap((file) => linesOf<TranscriptLine>(file));

export const readReplies = async (client: LeaseClient): Promise<KeptReply[]> => {
  const replies: KeptReply[] = [];
  for await (const reply of client.replies.list({ pageSize: 1_000 })) replies.push(reply);
  return replies;
};
