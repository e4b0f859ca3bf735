/** A process that opens as many connections as it is told, each with one request that waits or that never ends, and tells its parent what became of them. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const { port, key, waiters, slow, waitMs, sessions } = JSON.parse(process.argv[2]!) as { port: number; key: string; waiters: number; slow: number; waitMs: number; sessions: number };

const statuses: Record<string, number> = {};
const sockets = new Set<Socket>();
let open = 0;
let cut = 0;
let answered = 0;
/** All waiters are answered and all slow clients cut off: the service ends both by itself. */
const tellIfOver = (): void => {
  if (answered === waiters && cut === slow) process.send?.({ statuses, cut });
};

const begin = (text: string, told: (answer: string) => void): void => {
  const socket = connect({ port, host: '127.0.0.1' });
  let answer = '';
  sockets.add(socket);
  socket.on('connect', () => {
    open += 1;
    socket.write(text);
  });
  socket.on('data', (chunk) => {
    answer += String(chunk);
    if (answer.includes('\r\n\r\n')) socket.destroy();
  });
  // A reset is an end like any other here.
  socket.on('error', () => {});
  socket.on('close', () => {
    sockets.delete(socket);
    told(answer);
  });
};

const body = JSON.stringify({ holder: 'crowd', waitMs, ttlMs: 60_000 });
const headers = (session: string): string => `PUT /v1/leases/${session} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\nlease-id: ${randomBytes(18).toString('base64url')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;

for (let nth = 0; nth < waiters; nth += 1) {
  begin(`${headers(`crowd-${nth % sessions}`)}\r\n${body}`, (answer) => {
    const status = answer.split(' ')[1] ?? 'cut';
    statuses[status] = (statuses[status] ?? 0) + 1;
    answered += 1;
    tellIfOver();
  });
  // In waves, as a listener takes them.
  if (nth % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 20));
}
for (let nth = 0; nth < slow; nth += 1) {
  begin(headers('slow'), () => {
    cut += 1;
    tellIfOver();
  });
}
const telling = setInterval(() => {
  if (open < waiters + slow) return;
  clearInterval(telling);
  process.send?.({ open });
}, 100);
process.on('disconnect', () => process.exit());
