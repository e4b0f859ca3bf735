import { mkdtemp } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { startGenerator } from './processes/generator.ts';
import { startBareServer, startHoldfast } from './processes/servers.ts';
import { mainThreadCpuMs } from './process-usage.ts';
import { inspectorUrl } from './inspector.ts';
const procCpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 10; };
const [kind, secs, prof] = process.argv.slice(2);
const g = startGenerator();
const s = kind!.startsWith('bare') ? await startBareServer(prof ? ['--inspect=127.0.0.1:0'] : []) : await startHoldfast(await mkdtemp('/tmp/hfp-'), prof ? ['--inspect=127.0.0.1:0'] : []);
const base = { baseUrl: s.baseUrl, durationMs: Number(secs) * 1000, connections: 64, leases: 1000, paceMs: 10 };
const conns = kind === 'batches' ? 4 : kind === 'hand-offs' ? 17 : 64;
await g.run({ ...base, kind: kind!.replace('bare-', ''), connections: conns, durationMs: Number(process.env.WARM ?? 1500), prefix: 'w' } as never);
let ws: WebSocket | undefined; let n = 0;
const call = (method: string, params = {}): Promise<any> => new Promise((res) => { const id = ++n; const f = (e: MessageEvent) => { const m = JSON.parse(e.data); if (m.id === id) { ws!.removeEventListener('message', f); res(m.result); } }; ws!.addEventListener('message', f); ws!.send(JSON.stringify({ id, method, params })); });
if (prof) { ws = new WebSocket(inspectorUrl(s.errorOutput())); await new Promise((r) => ws!.addEventListener('open', r)); await call('Profiler.enable'); await call('Profiler.setSamplingInterval', { interval: 200 }); await call('Profiler.start'); }
if (process.env.PERF) { const { spawn } = await import('node:child_process'); spawn('perf', ['record', '-q', '-e', 'cpu-clock', '-F', '2000', '-g', '-p', String(s.pid), '-o', '/tmp/perf.data', '--', 'sleep', String(Number(secs) - 0.5)], { stdio: 'inherit' }); }
const c0 = await mainThreadCpuMs(s.pid), p0 = procCpu(s.pid);
const r = await g.run({ ...base, kind: kind!.replace('bare-', ''), connections: conns, prefix: 'm' } as never) as any;
console.log('main us/op', ((await mainThreadCpuMs(s.pid) - c0) * 1000 / r.done).toFixed(1), 'process us/op', ((procCpu(s.pid) - p0) * 1000 / r.done).toFixed(1));
console.log(kind, Math.round(r.done / r.elapsedMs * 1000), 'per s; gen busy', r.generatorBusy?.toFixed(2));
if (prof) { const { profile } = await call('Profiler.stop'); writeFileSync(prof, JSON.stringify(profile)); ws!.close(); }
await s.stop(); await g.stop();
