/** The typed side of `list-due-replies.lua`: one partition's part of a listing of the heads that the courier may attempt. */
import { defineScript } from '../script.ts';
import { listedRepliesArgs, readListedReplies, type ListedReplies, type RepliesAsked } from './listed-replies.ts';

export const listDueRepliesScript = defineScript<RepliesAsked, ListedReplies>('list-due-replies', { args: listedRepliesArgs, read: readListedReplies });
