/** The typed side of `inspect.lua`. */
import type { Inspect, SessionView } from '../../../session/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';
import { readSession } from './read-outcome.ts';

export const inspectScript = defineScript<Named<Inspect>, SessionView>('inspect', {
  args: ({ name }) => [name],
  read: readSession,
});
