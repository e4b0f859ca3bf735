/** What a figure needs to be measured. */
import type { Options } from './options.ts';
import type { Generator } from './processes/generator.ts';
import type { Server } from './processes/servers.ts';

export interface Bench extends Pick<Options, 'runs' | 'seconds'> {
  readonly bare: Server;
  readonly holdfast: Server;
  readonly generator: Generator;
  /** Where databases may be made; it goes away with the bench. */
  readonly folder: string;
  /** A name that no load of this bench has used yet. */
  newPrefix(): string;
  progress(text: string): void;
}
