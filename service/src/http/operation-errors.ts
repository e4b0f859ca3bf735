/** Which errors an operation can give. A route names them in its config; `openapi.yaml` and the tests take them from there. */
import type { ErrorCode } from '../session/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every code that this operation can answer with. */
    errors?: readonly ErrorCode[];
  }
}

/** Anything under `/v1`. */
export const ANY: readonly ErrorCode[] = ['request-invalid', 'unauthorized', 'forbidden', 'misdirected', 'rate-limited', 'overloaded', 'internal'];
/** An address that names a session. */
export const SESSION: readonly ErrorCode[] = ['session-invalid'];
/** A request with a `Lease-Id`. */
export const LEASE_ID: readonly ErrorCode[] = ['lease-id-invalid'];
/** A request with a body. */
export const BODY: readonly ErrorCode[] = ['json-malformed', 'body-too-large', 'media-type-unsupported'];
/** Whatever asks the store. */
export const STORE: readonly ErrorCode[] = ['store-unavailable'];
