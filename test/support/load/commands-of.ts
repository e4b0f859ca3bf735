/** What a request on the wire asks of which session, as histories name it. */
import type { AcquireCommand, AttemptCommand, ParkCommand, SessionCommand } from '../history/record.ts';

export interface SentCommand {
  readonly session: string;
  readonly command: SessionCommand;
}

const PATH = /^\/v1\/leases\/([^/?]+)(?:\/([a-z]+))?(?:\?token=(\d+))?$/;
const REPLY_PATH = /^\/v1\/replies\/([^/?]+)\/([^/?]+)(?:\/([a-z]+))?$/;
/** How long a reply is kept that names no time. */
const EXPIRES_IN_MS_DEFAULT = 86_400_000;

interface RequestBody extends Partial<Omit<AcquireCommand, 'kind' | 'leaseId'>> {
  readonly leases?: readonly { readonly session: string; readonly leaseId: string; readonly ttlMs?: number }[];
}

/** The default TTL of the service, which an acquire that names none is granted with. */
const TTL_MS_DEFAULT = 30_000;

/** None for what leaves sessions as they are and tells nothing of leases: listings, the service's own description. */
export const commandsOf = (method: string, url: string, leaseIdHeader: string | string[] | undefined, text: string): SentCommand[] => {
  const body = (text === '' ? {} : JSON.parse(text)) as RequestBody;
  if (url === '/v1/heartbeats') {
    return (body.leases ?? []).map(({ session, leaseId, ttlMs }) => ({ session, command: { kind: 'renew', leaseId, ...(ttlMs !== undefined && { ttlMs }) } }));
  }
  const leaseId = leaseIdHeader === undefined ? undefined : String(leaseIdHeader);
  const [, replyKey, replyId, ofReply] = REPLY_PATH.exec(url) ?? [];
  if (replyKey !== undefined && replyId !== undefined) {
    const command = replyCommandOf(`${method} ${ofReply ?? ''}`.trim(), replyId, leaseId, (text === '' ? {} : JSON.parse(text)) as ReplyRequestBody);
    return [{ session: decodeURIComponent(replyKey), command }];
  }
  const [, key, action, token] = PATH.exec(url) ?? [];
  if (key === undefined) return [];
  return [{ session: decodeURIComponent(key), command: commandOf(`${method} ${action ?? ''}`.trim(), String(leaseId), Number(token), body) }];
};

interface ReplyRequestBody extends Partial<Pick<ParkCommand, 'fencingToken' | 'sequence' | 'committed' | 'expiresInMs'>>, Partial<Pick<AttemptCommand, 'attempt' | 'outcome' | 'permanent'>> {
  readonly payload?: unknown;
}

const replyCommandOf = (request: string, replyId: string, leaseId: string | undefined, body: ReplyRequestBody): SessionCommand => {
  const { fencingToken = NaN, sequence, committed = false, expiresInMs = EXPIRES_IN_MS_DEFAULT, attempt = NaN, outcome = 'sending', permanent = false } = body;
  switch (request) {
    case 'PUT': {
      const payload = JSON.stringify(body.payload);
      return { kind: 'park', replyId, fencingToken, ...(sequence !== undefined && { sequence }), payload, payloadBytes: Buffer.byteLength(payload), expiresInMs, committed };
    }
    case 'POST attempts':
      return { kind: 'attempt', replyId, leaseId: String(leaseId), attempt, outcome, permanent };
    case 'POST replay':
    case 'POST discard':
      return { kind: request === 'POST replay' ? 'replay' : 'discard', replyId, ...(leaseId !== undefined && { leaseId }) };
    case 'GET':
      return { kind: 'inspect-reply', replyId };
    default:
      throw new Error(`no command is known for ${request}`);
  }
};

const commandOf = (request: string, leaseId: string, fencingToken: number, body: RequestBody): SessionCommand => {
  const { holder = '', ttlMs, waitMs = 0, background = false } = body;
  switch (request) {
    case 'PUT':
      return { kind: 'acquire', leaseId, holder, ttlMs: ttlMs ?? TTL_MS_DEFAULT, waitMs, background };
    case 'POST renew':
      return { kind: 'renew', leaseId, ...(ttlMs !== undefined && { ttlMs }) };
    case 'DELETE':
      return { kind: 'release', leaseId };
    case 'GET fence':
      return { kind: 'fence', fencingToken };
    case 'GET':
      return { kind: 'inspect' };
    case 'POST yield':
      return { kind: 'yield' };
    case 'POST revoke':
      return { kind: 'revoke' };
    default:
      throw new Error(`no command is known for ${request}`);
  }
};
