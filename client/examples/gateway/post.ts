/** Posts JSON, and says what an HTTP answer says about a failure. */

/** An answer that is no success. Holdfast reads `status` and `headers`: what may be repeated, when, and what was refused for good. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly status: number;
  readonly headers: Headers;

  constructor(url: string, { status, headers }: Response) {
    super(`${url} answered ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/** @throws AnswerError. What `fetch` throws: no answer came. */
export const post = async (url: string, body: object, { signal, headers = {} }: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> }): Promise<unknown> => {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers }, signal });
  const text = await answer.text();
  if (!answer.ok) throw new AnswerError(url, answer);
  return text === '' ? undefined : JSON.parse(text);
};
