/** The lease API as it stands on the wire, one call a method, with nothing retried and nothing hidden. For tests. */
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { randomBytes } from 'node:crypto';

/** Members of answers that tests look at; each answer has some of them. */
export interface AnswerBody {
  readonly session?: string;
  readonly holder?: string;
  readonly held?: boolean;
  readonly fencingToken?: number;
  readonly currentToken?: number;
  readonly ttlMs?: number;
  readonly remainingMs?: number;
  readonly renewAfterMs?: number;
  readonly lastRenewedMsAgo?: number;
  readonly confirmWithinMs?: number;
  readonly waitedMs?: number;
  readonly parkedReplies?: number;
  readonly position?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly outcome?: 'applied' | 'not-applied' | 'unknown';
  readonly endedBecause?: string;
  readonly verdict?: string;
  readonly stale?: boolean;
  readonly storeId?: string;
  readonly results?: readonly (AnswerBody & { readonly status: string })[];
  readonly previous?: { readonly holder: string; readonly fencingToken: number; readonly endedBecause: string };
  readonly waiters?: readonly { readonly holder: string; readonly background: boolean; readonly waitedMs?: number }[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly yieldRequest?: { readonly by: string; readonly reason?: string };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

export interface AcquireBody {
  readonly holder: string;
  readonly ttlMs?: number;
  readonly waitMs?: number;
  readonly background?: boolean;
  readonly maxWaiters?: number;
  readonly metadata?: object;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly leaseId?: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

export const newLeaseId = (): string => randomBytes(18).toString('base64url');

export class LeaseApi {
  readonly #baseUrl: string;
  readonly #agent: Agent;
  readonly #apiKey: string | undefined;

  /** @param keepAlive false opens a new connection for every request */
  constructor(baseUrl: string, { keepAlive = true, apiKey }: { keepAlive?: boolean; apiKey?: string } = {}) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
    this.#agent = new Agent({ keepAlive });
  }

  acquire(session: string, leaseId: string, body: AcquireBody, signal?: AbortSignal): Promise<Answer> {
    return this.call({ method: 'PUT', path: leasePath(session), leaseId, body, signal });
  }

  renew(session: string, leaseId: string, body: object = {}): Promise<Answer> {
    return this.call({ method: 'POST', path: `${leasePath(session)}/renew`, leaseId, body });
  }

  heartbeat(leases: readonly { session: string; leaseId: string }[]): Promise<Answer> {
    return this.call({ method: 'POST', path: '/v1/heartbeats', body: { leases } });
  }

  release(session: string, leaseId: string): Promise<Answer> {
    return this.call({ method: 'DELETE', path: leasePath(session), leaseId });
  }

  inspect(session: string): Promise<Answer> {
    return this.call({ method: 'GET', path: leasePath(session) });
  }

  fence(session: string, fencingToken: number): Promise<Answer> {
    return this.call({ method: 'GET', path: `${leasePath(session)}/fence?token=${fencingToken}` });
  }

  requestYield(session: string, body: { by: string; reason?: string; graceMs?: number }): Promise<Answer> {
    return this.call({ method: 'POST', path: `${leasePath(session)}/yield`, body });
  }

  revoke(session: string, body: { by: string; reason: string }): Promise<Answer> {
    return this.call({ method: 'POST', path: `${leasePath(session)}/revoke`, body });
  }

  /** Ends every connection; requests under way fail. */
  close(): void {
    this.#agent.destroy();
  }

  /** Rejects when the connection fails before the whole answer is there. */
  call({ method, path, leaseId, body, signal }: Call): Promise<Answer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(this.#apiKey !== undefined && { authorization: `Bearer ${this.#apiKey}` }),
      ...(leaseId !== undefined && { 'lease-id': leaseId }),
      ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#baseUrl}${path}`, { method, headers, agent: this.#agent, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status = 0, headers: answered } = answer;
          try {
            resolve({ status, headers: answered, body: parse(Buffer.concat(chunks).toString()) });
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }
}

const leasePath = (session: string): string => `/v1/leases/${encodeURIComponent(session)}`;

const parse = (text: string): AnswerBody => (text === '' ? {} : (JSON.parse(text) as AnswerBody));
