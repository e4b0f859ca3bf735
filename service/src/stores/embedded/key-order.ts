/** The order of session keys: by their UTF-8 bytes, as the database has them, which is not the order of JavaScript's strings. */
export const compareKeys = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));
