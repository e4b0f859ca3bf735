/** A command and the session that it is for, as scripts take them. */
import type { Command } from '../../../session/commands.ts';

export interface Named<C extends Command> {
  /** As `nameText` gives it. */
  readonly name: string;
  readonly command: C;
}
