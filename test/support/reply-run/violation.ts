/** What the checker of replies finds. */

/**
 * `gone`: the service does not know it. `unsaid`: no reason is given. `contradicted`: service, log and channel do not agree. `repeated`: sent again without the
 * mark. `disordered`: sent before its turn. `garbled`: another text, or a record that cannot be. `transcript`: not as it was sent. `unexplained`: lost by nobody's kill.
 */
export interface ReplyViolation {
  readonly rule: 'gone' | 'unsaid' | 'contradicted' | 'repeated' | 'disordered' | 'garbled' | 'transcript' | 'unexplained';
  readonly session: string;
  readonly replyId: string;
  readonly detail: string;
}

interface Named {
  readonly session: string;
  readonly replyId: string;
}

export const idOf = ({ session, replyId }: Named): string => `${session}\n${replyId}`;

export const violation = (rule: ReplyViolation['rule'], { session, replyId }: Named, detail: string): ReplyViolation => ({ rule, session, replyId, detail });
