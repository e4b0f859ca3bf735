/** Which session a gateway turns to: half of the time one of the few that everybody wants, so that queues form. */
const SOUGHT_AFTER = 8;

export const pickSession = (sessions: readonly string[], chance: () => number): string => {
  const among = chance() < 0.5 ? SOUGHT_AFTER : sessions.length;
  return sessions[Math.floor(chance() * among)] ?? '';
};
