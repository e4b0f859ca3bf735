/** Schemas with a name are registered once and referred to, so that they have the same name in `openapi.yaml`. */
import { Type, type TUnsafe } from '@fastify/type-provider-typebox';

/** A reference to the schema registered as `$id: name`, with its static type; `description` says what it means in this place. */
export const ref = <T>(name: string, description?: string): TUnsafe<T> =>
  Type.Unsafe<T>({ $ref: `${name}#`, ...(description !== undefined && { description }) });
