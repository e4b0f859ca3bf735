/** Every operation of the API as `openapi.yaml` has it, with a request that is in order but for who asks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { newLeaseId } from './lease-api.ts';
import { root } from './source-files.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly { readonly apiKey?: readonly string[] }[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: Record<string, unknown> }> };
}

export interface TableRoute {
  readonly method: string;
  /** With everything filled in. */
  readonly path: string;
  readonly operationId: string;
  /** Of these a caller needs one; empty where any valid key will do. */
  readonly scopes: readonly string[];
  readonly leaseId: string | undefined;
  readonly body: Record<string, unknown> | undefined;
}

export interface RouteTerms {
  /** As it stands in a path. */
  readonly session: string;
  readonly replyId: string;
  readonly leaseId?: string;
}

const QUERY: Readonly<Record<string, string>> = { token: '1' };

const bodyOf = ({ operationId, requestBody }: Operation, { session, leaseId }: RouteTerms): Record<string, unknown> | undefined => {
  const example = requestBody?.content['application/json']?.example;
  if (requestBody === undefined) return undefined;
  switch (operationId) {
    case 'acquireLease':
      return { holder: 'somebody' };
    case 'sendHeartbeats':
      return { leases: [{ session: decodeURIComponent(session), leaseId: leaseId ?? newLeaseId() }] };
    case 'askToYield':
      return { by: 'somebody' };
    default:
      return example ?? {};
  }
};

/** What stands under `/v1`. */
export const routeTable = (terms: RouteTerms): TableRoute[] => {
  const { paths } = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8')) as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]): TableRoute => {
        const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required === true).map(({ name }) => `${name}=${QUERY[name]}`);
        const takesLeaseId = operation.parameters?.some(({ name, required }) => name.toLowerCase() === 'lease-id' && required === true) === true;
        return {
          method: method.toUpperCase(),
          path: path.replace('{session}', terms.session).replace('{replyId}', terms.replyId) + (query.length > 0 ? `?${query.join('&')}` : ''),
          operationId: operation.operationId,
          scopes: [...new Set((operation.security ?? []).flatMap(({ apiKey }) => apiKey ?? []))],
          leaseId: takesLeaseId ? (terms.leaseId ?? newLeaseId()) : undefined,
          body: bodyOf(operation, terms),
        };
      }),
    );
};
