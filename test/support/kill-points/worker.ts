/** One scenario in a process of its own, which ends itself at a checkpoint, by the signal that it was told. Without one it tells how often it came by each. */
import { LeaseClient, type ReplyHandlers } from '../../../client/src/index.ts';
import { record } from '../reply-run/recording.ts';
import { until } from '../until.ts';
import { OWN, SCENARIOS, type Stage } from './scenarios.ts';

export interface ScenarioSettings {
  readonly scenario: string;
  readonly session: string;
  readonly baseUrl: string;
  /** Past the gate, if there is one. */
  readonly directUrl: string;
  readonly channelUrl: string;
  readonly folder: string;
  readonly spoolFolder: string;
  /** Of a holder of former days. */
  readonly staleToken: number;
  /** `<name>: before` or `<name>: after`. */
  readonly endAt?: string | undefined;
  /** The how-many-eth time. */
  readonly endAtVisit?: number | undefined;
  /** SIGKILL ends it there; SIGSTOP lets it stand there until it is told to go on. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** Default 5,000; past a gate 300. */
  readonly requestTimeoutMs?: number | undefined;
}

export type FromScenario = { readonly kind: 'gate'; readonly state: 'shut' | 'open' } | { readonly kind: 'done'; readonly visits: Readonly<Record<string, number>>; readonly outcome?: string };

const settings = JSON.parse(process.argv[2] ?? '{}') as ScenarioSettings;
const { session, baseUrl, directUrl, spoolFolder, staleToken, endAt, endAtVisit = 1, signal } = settings;
const scenario = SCENARIOS[settings.scenario];
if (!scenario) throw new Error(`no such scenario: ${settings.scenario}`);

const { handlers, log, onCheckpoint } = record(settings);
const visits: Record<string, number> = {};
const tell = (told: FromScenario): Promise<void> => new Promise((resolve) => process.send?.(told, undefined, undefined, () => resolve()));

const other = new LeaseClient({ baseUrl: directUrl, holder: 'somebody else', events: false });
const stage: Stage = {
  session,
  other,
  visits,
  gate: async (state) => {
    const answered = new Promise((resolve) => process.once('message', resolve));
    await tell({ kind: 'gate', state });
    await answered;
  },
  parkStale: async (replyId) => {
    const payload = `${replyId} of ${session}`;
    log({ what: 'generated', session, replyId, text: payload });
    await other.replies.park(session, replyId, { fencingToken: staleToken, payload });
    log({ what: 'kept', session, replyId, fencingToken: staleToken, where: 'service' });
  },
};

const client = new LeaseClient({
  baseUrl,
  holder: 'the one to be killed',
  requestTimeoutMs: settings.requestTimeoutMs ?? (scenario.gate ? 300 : 5_000),
  spoolFolder,
  onCheckpoint: (point) => {
    visits[point] = (visits[point] ?? 0) + 1;
    if (point === endAt && visits[point] === endAtVisit) process.kill(process.pid, signal);
    onCheckpoint(point);
    scenario.onPoint?.(stage, point);
  },
});

/** Each fault strikes once. */
const once = (fault: ((stage: Stage) => Promise<void>) | undefined): (() => Promise<void>) => {
  let struck = false;
  return async () => {
    if (struck || !fault) return;
    struck = true;
    await fault(stage);
  };
};
const [beforeCommit, afterCommit, beforeSend, afterSend] = [scenario.beforeCommit, scenario.afterCommit, scenario.beforeSend, scenario.afterSend].map(once);
const faulty: ReplyHandlers<string> = {
  commit: async (text, context) => {
    await beforeCommit?.();
    await handlers.commit(text, context);
    await afterCommit?.();
  },
  deliver: async (text, context) => {
    await beforeSend?.();
    await handlers.deliver(text, context);
    await afterSend?.();
  },
};

const turn = async (): Promise<string> => {
  const lease = scenario.givenLease ? await client.acquire(session) : undefined;
  const { onEarlier, onGenerate, text = '' } = scenario;
  const { outcome } = await client.turn<string>(
    lease ?? session,
    {
      ...faulty,
      generate: async (context) => {
        await onGenerate?.(stage, context);
        const reply = [...context.parked.map(({ reply: merged }) => merged), `own of ${session}`, text].join(' ').trim();
        log({ what: 'generated', session, replyId: OWN, text: reply });
        return reply;
      },
    },
    { replyId: OWN, ...(onEarlier && { parked: () => onEarlier(stage) }), ...scenario.options },
  );
  await lease?.release();
  log({ what: 'ended', session, replyId: OWN, outcome });
  return outcome;
};

const deliverParked = async (): Promise<string> => {
  const courier = client.courier(faulty, { pollMs: 20 });
  const isDone = async (): Promise<boolean> => {
    const visited = visits['visit: after'] ?? 0;
    // Where it was faster than what was to stop it, nothing is left for a further visit.
    return visited >= (scenario.visits ?? 1) || (visited > 0 && (await other.inspect(session)).parkedReplies === 0);
  };
  await until('the session was visited', isDone, { everyMs: 5 });
  await courier.close();
  return 'closed';
};

const outcome = await (scenario.role === 'turn' ? turn() : deliverParked());
await tell({ kind: 'done', visits, outcome });
process.exit(0);
