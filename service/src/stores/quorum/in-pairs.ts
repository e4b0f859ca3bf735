/** What Redis tells as a flat list, such as the fields of a hash or members with their scores, two by two. */
export const inPairs = (flat: readonly string[]): readonly (readonly [string, string])[] => Array.from({ length: flat.length / 2 }, (_, nth) => [flat[2 * nth]!, flat[2 * nth + 1]!] as const);
