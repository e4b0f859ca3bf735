/** Says for people what the tests came to: one line a file, then each failure with what tap knows about it. */
import { inspect } from 'node:util';

const indent = (text, by) => text.replace(/^(?=.)/gm, by);

const FIRST = ['diff', 'found', 'wanted', 'at', 'stack'];
const LEFT_OUT = new Set(['source', 'tapCaught', 'externalID', 'jobId', 'stdio', 'cwd', 'command', 'args', 'compare']);

const rendered = (value) => (typeof value === 'string' ? value.trimEnd() : inspect(value, { depth: 6, breakLength: 100 }));

const details = (diag = {}) => {
  const names = [...FIRST.filter((name) => name in diag), ...Object.keys(diag).filter((name) => !FIRST.includes(name) && !LEFT_OUT.has(name))];
  return names.map((name) => {
    const text = name === 'at' && diag.at?.fileName ? `${diag.at.fileName}:${diag.at.lineNumber}` : rendered(diag[name]);
    return text.includes('\n') ? `${name}:\n${indent(text, '  ')}` : `${name}: ${text}`;
  });
};

/** One finished test file, as one line. */
export const fileLine = (name, { passed, failures }, timeMs) => {
  const verdict = failures.length === 0 ? 'ok    ' : 'FAILED';
  const time = timeMs === undefined ? '' : `, ${(timeMs / 1000).toFixed(1)} s`;
  return `${verdict} ${name} (${passed} passed${failures.length ? `, ${failures.length} failed` : ''}${time})`;
};

/** One failure, with all that helps to find it. */
export const failureText = ({ path, why, diag, reason }) => {
  const lines = [`${why.toUpperCase()}: ${path.join(' › ') || 'the run'}${reason ? ` (${reason})` : ''}`, ...details(diag).map((line) => indent(line, '    '))];
  return lines.join('\n');
};
