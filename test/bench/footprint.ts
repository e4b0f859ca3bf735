/** How much memory an instance of the service needs just now. */
import { inspectorUrl, liveHeapBytes } from './inspector.ts';
import { residentBytes } from './process-usage.ts';
import type { Server } from './processes/servers.ts';

/** Options of Node.js with which a service can be asked for its heap. */
export const INSPECTED: readonly string[] = ['--inspect=127.0.0.1:0'];

/** In bytes. */
export interface Footprint {
  readonly heap: number;
  readonly resident: number;
}

/** The heap first: collecting garbage gives pages back, and the resident size is then what is needed. */
export const footprint = async (service: Server): Promise<Footprint> => {
  const heap = await liveHeapBytes(inspectorUrl(service.errorOutput()));
  return { heap, resident: await residentBytes(service.pid) };
};
