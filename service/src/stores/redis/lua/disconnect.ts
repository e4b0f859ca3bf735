/** The typed side of `disconnect.lua`. */
import type { Disconnect, Outcomes } from '../../../session/commands.ts';
import { defineScript } from '../script.ts';
import type { Named } from './named.ts';

export const disconnectScript = defineScript<Named<Disconnect>, Outcomes['disconnect']>('disconnect', {
  args: ({ name, command }) => [name, command.leaseIdHash, command.connection],
  read: () => ({ kind: 'noted' }),
});
