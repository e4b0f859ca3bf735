/**
 * Counts what a TAP stream really says. A test file that was killed, or that ended early, is a failure even when each assertion it had
 * reached was good: tap's own totals leave that out. Skipped and todo tests did not run, so they are counted as failed, by name.
 */
import { Parser } from 'tap-parser';

/** tap's own remarks about a test; other comments are the test's, and are shown. */
const TAP_REMARK = /^# (Subtest: |time=|No coverage generated|\{ total: |timeout=|bail)/;

/**
 * One failure: where it happened, what was expected, and what tap knows about it.
 * @typedef {{ path: string[], why: 'failed' | 'skipped' | 'todo' | 'no verdict', diag?: object, reason?: string }} Failure
 * @typedef {{ passed: number, failures: Failure[] }} Counts
 */

const reasonOf = (directive) => (typeof directive === 'string' ? directive : undefined);

// tap names a file that took too long "timeout!", and says in its details which one it was.
const nameOf = (point) => (point.name === 'timeout!' && point.diag?.expired) || point.name || `assertion ${point.id}`;

/** What one line of the stream means, given what its subtest (if it closes one) counted. */
const judge = (point, inner, path) => {
  const here = [...path, path.length === 0 ? nameOf(point) : point.name || `assertion ${point.id}`];
  if (point.skip) return { passed: 0, failures: [{ path: here, why: 'skipped', reason: reasonOf(point.skip) }] };
  if (point.todo) return { passed: 0, failures: [{ path: here, why: 'todo', reason: reasonOf(point.todo) }] };
  if (!point.ok && !inner?.failures.length) {
    return { passed: inner?.passed ?? 0, failures: [{ path: here, why: 'failed', diag: point.diag, reason: point.tapError }] };
  }
  if (inner && !point.ok) return { ...inner, failures: inner.failures.map((failure) => (failure.why === 'no verdict' ? { ...failure, diag: point.diag } : failure)) };
  if (inner && (inner.passed > 0 || inner.failures.length > 0)) return inner;
  return { passed: 1, failures: [] };
};

const count = (parser, path, listener) => {
  const counts = { passed: 0, failures: [] };
  let inner;
  parser.on('child', (child) => {
    inner = count(child, [...path, child.name], listener);
  });
  parser.on('assert', (point) => {
    const judged = judge(point, inner, path);
    inner = undefined;
    // A file that took too long has failed by its own line already.
    if (path.length === 0 && point.name === 'timeout!' && counts.failures.some(({ path: [file] }) => file === nameOf(point))) return;
    counts.passed += judged.passed;
    counts.failures.push(...judged.failures);
    listener.onPoint?.(point, judged, path);
  });
  parser.on('comment', (comment) => {
    if (!TAP_REMARK.test(comment)) listener.onRemark?.(comment.trimEnd(), path);
  });
  parser.on('complete', (results) => {
    if (!results.ok && counts.failures.length === 0) counts.failures.push({ path, why: 'no verdict', reason: verdictOf(results) });
  });
  return counts;
};

const verdictOf = (results) => {
  if (results.bailout) return `bailed out: ${results.bailout}`;
  return results.failures.map((failure) => failure.tapError).filter(Boolean).join('; ') || 'the output is not complete TAP';
};

/**
 * Reads a TAP stream to its end.
 * @param {NodeJS.ReadableStream} stream
 * @param {{ onFile?: (name: string, counts: Counts, timeMs?: number) => void, onRemark?: (remark: string, path: string[]) => void, onExtra?: (line: string) => void }} listener
 *   is told of every finished test file, and of everything that tests themselves have printed
 * @returns {Promise<Counts & { files: string[] }>} `files` are the names of the top-level points, as tap gave them
 */
export const countTap = (stream, listener = {}) =>
  new Promise((resolve, reject) => {
    const files = [];
    const parser = new Parser();
    const counts = count(parser, [], {
      onRemark: listener.onRemark,
      onPoint: (point, judged, path) => {
        if (path.length > 0) return;
        files.push(nameOf(point));
        listener.onFile?.(nameOf(point), judged, point.time ?? undefined);
      },
    });
    parser.on('extra', (line) => listener.onExtra?.(line.trimEnd()));
    parser.on('complete', () => resolve({ ...counts, files }));
    stream.on('error', reject);
    stream.pipe(parser);
  });
