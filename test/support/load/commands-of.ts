/** What a request on the wire asks of which session, as histories name it. */
import type { AcquireCommand, SessionCommand } from '../history/record.ts';

export interface SentCommand {
  readonly session: string;
  readonly command: SessionCommand;
}

const PATH = /^\/v1\/leases\/([^/?]+)(?:\/([a-z]+))?(?:\?token=(\d+))?$/;

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
  const [, key, action, token] = PATH.exec(url) ?? [];
  if (key === undefined) return [];
  const leaseId = String(leaseIdHeader);
  return [{ session: decodeURIComponent(key), command: commandOf(`${method} ${action ?? ''}`.trim(), leaseId, Number(token), body) }];
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
