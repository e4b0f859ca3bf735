/** The typed side of `list-all-replies.lua`: one partition's part of a listing of all replies, or those of one state. */
import { defineScript } from '../script.ts';
import { listedRepliesArgs, readListedReplies, type ListedReplies, type RepliesAsked } from './listed-replies.ts';

export const listAllRepliesScript = defineScript<RepliesAsked, ListedReplies>('list-all-replies', { args: listedRepliesArgs, read: readListedReplies });
