/** Stretches of time, and what is left of one set of them without another. Pure. */

/** From `fromMs`, included, to `toMs`, not included. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same time in as few spans as possible, in order. */
export const union = (spans: readonly Span[]): Span[] => {
  const joined: Span[] = [];
  for (const span of [...spans].filter(({ fromMs, toMs }) => fromMs < toMs).sort((one, other) => one.fromMs - other.fromMs)) {
    const last = joined.at(-1);
    if (last && span.fromMs <= last.toMs) joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else joined.push(span);
  }
  return joined;
};

const cut = (span: Span, hole: Span): Span[] =>
  hole.toMs <= span.fromMs || span.toMs <= hole.fromMs
    ? [span]
    : [
        { fromMs: span.fromMs, toMs: hole.fromMs },
        { fromMs: hole.toMs, toMs: span.toMs },
      ].filter(({ fromMs, toMs }) => fromMs < toMs);

/** The time of `spans` that is not in `holes`. */
export const subtract = (spans: readonly Span[], holes: readonly Span[]): Span[] =>
  union(holes).reduce((left, hole) => left.flatMap((span) => cut(span, hole)), union(spans));

/** The length of the longest span, in milliseconds; 0 without any. */
export const longestMs = (spans: readonly Span[]): number => spans.reduce((longest, { fromMs, toMs }) => Math.max(longest, toMs - fromMs), 0);
