/** What every request of a client carries: its key, and the trace that it belongs to. */

/** Gives the W3C `traceparent` of what is going on, such as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; undefined outside of any trace. */
export type TraceParent = () => string | undefined;

export type OwnHeaders = () => Readonly<Record<string, string>>;

const WELL_FORMED = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export const ownHeaders = (apiKey: string | undefined, traceparent: TraceParent | undefined): OwnHeaders => {
  const authorization: Readonly<Record<string, string>> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  if (!traceparent) return () => authorization;
  return () => {
    const current = traceparent();
    // What is no trace context is left out: it could break the request, and whoever traces loses a line at most.
    return current !== undefined && WELL_FORMED.test(current) ? { ...authorization, traceparent: current } : authorization;
  };
};
