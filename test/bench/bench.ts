/** What a figure needs to be measured. */
import type { Options } from './options.ts';
import type { Deployment, DeploymentOptions } from './processes/deployment.ts';
import type { Generator } from './processes/generator.ts';
import type { Server } from './processes/servers.ts';

export interface Bench extends Pick<Options, 'runs' | 'seconds'> {
  readonly bare: Server;
  /** The first instance of the service; the only one unless the figure asks for more. */
  readonly holdfast: Server;
  readonly deployment: Deployment;
  readonly generator: Generator;
  /** Another deployment over the same kind of store, of which nothing has been asked yet. */
  deploy(options: DeploymentOptions): Promise<Deployment>;
  /** A name that no load of this bench has used yet. */
  newPrefix(): string;
  progress(text: string): void;
}
