/** The courier, a process of its own: it delivers what was parked, of any session, and flushes what the gateways had to spool. */
import { LeaseClient } from '../../client/src/index.ts';
import { pathsIn } from '../records.ts';
import { endWithParent, settingsFromParent, tellParent } from '../world/parent.ts';
import { openRecorder } from './recorder.ts';
import { openFences, replyHandlers } from './reply-handlers.ts';

export interface CourierSettings {
  readonly name: 'courier';
  readonly folder: string;
  readonly channelUrl: string;
  readonly serviceUrl: string;
  readonly ttlMs: number;
}

const POLL_MS = 250; // time runs fast here

const settings = settingsFromParent<CourierSettings>();
const { name, folder, channelUrl, serviceUrl, ttlMs } = settings;
const client = new LeaseClient({ baseUrl: serviceUrl, holder: `${name}/pid ${process.pid}`, ttlMs, spoolFolder: pathsIn(folder).spool });

endWithParent();
client.courier(replyHandlers({ name, channelUrl, record: openRecorder(settings), fenceOf: openFences(folder) }), {
  pollMs: POLL_MS,
  onError: (error) => process.stderr.write(`${name}: ${String(error)}\n`),
});
await tellParent({ ready: true });
