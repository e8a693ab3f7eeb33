/**
 * Open inboxes: so many pages that hear of something new (server-sent events), each a connection of its own, on one node.
 * Measured is how the resident memory of the server grows with them, and how soon all of them hear that an agent asks.
 */
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startAsking } from './asking-subject.ts';
import { cpuMicrosOf, rssMbOf } from './load.ts';
import { rounded, table } from './statistics.ts';

export type Listeners = {
  readonly listeners: number;
  readonly sessions: number;
  /** Resident memory of the server before, with all of them, and what lies between. */
  readonly beforeMb: number;
  readonly withMb: number;
  readonly growthMb: number;
  readonly kbEach: number;
  /** Milliseconds from the answer to a question until all have heard of it. */
  readonly heardMs: number;
  /** Server CPU in a second while nothing happens but heartbeats. */
  readonly idleCpuPercent: number;
};

const MOST_MB = 100;
/** As many as a session may have. */
const PER_SESSION = 4;
const AT_ONCE = 16;
const HEARD_WITHIN_MS = 30_000;

export const listenersOn = async (count: number, idleSeconds: number, core: number | undefined): Promise<Listeners> => {
  const asking = await startAsking({ core });
  const open: { readonly request: ClientRequest; readonly response: IncomingMessage }[] = [];
  try {
    const person = await asking.newPerson();
    const agent = await asking.newAgent(person.id);
    const sessions = Math.ceil(count / PER_SESSION);
    const cookies: string[] = [];
    process.stderr.write(`listeners: signing in ${sessions} browsers\n`);
    await all(sessions, async () => {
      const browser = await asking.browserOf(person);
      cookies.push(browser.jar.header(new URL(`${asking.issuer}/account/approvals/events`)));
    });
    const beforeMb = await settledRss(asking.pid);
    process.stderr.write(`listeners: opening ${count} streams\n`);
    let heard = 0;
    await all(count, async (index) => {
      const request = httpRequest(`${asking.issuer}/account/approvals/events`, {
        agent: false,
        headers: { cookie: String(cookies[Math.floor(index / PER_SESSION)]), accept: 'text/event-stream' },
      });
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
      response.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('event: changed')) heard += 1;
      });
      open.push({ request, response });
    });
    const withMb = await settledRss(asking.pid);
    const cpuBefore = await cpuMicrosOf(asking.pid);
    await pause(idleSeconds * 1000);
    const idleCpu = (await cpuMicrosOf(asking.pid)) - cpuBefore;
    heard = 0;
    await asking.ask(agent, person, 1);
    const askedAt = performance.now();
    while (heard < count && performance.now() - askedAt < HEARD_WITHIN_MS) await pause(2);
    const heardMs = performance.now() - askedAt;
    if (heard < count) throw new Error(`only ${heard} of ${count} heard of it`);
    const growthMb = withMb - beforeMb;
    return {
      listeners: count,
      sessions,
      beforeMb,
      withMb,
      growthMb,
      kbEach: rounded((growthMb * 1024) / count, 1),
      heardMs: Math.round(heardMs),
      idleCpuPercent: rounded(idleCpu / idleSeconds / 10_000, 1),
    };
  } finally {
    for (const { request } of open) request.destroy();
    await asking.close();
  }
};

/** Runs `work` for each number below `count`, some at once. */
const all = async (count: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) {
        next += 1;
        await work(next - 1);
      }
    }),
  );
};

/** When what was needed for a moment has been given back. */
const settledRss = async (pid: number): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 5; look += 1) {
    await pause(500);
    least = Math.min(least, await rssMbOf(pid));
  }
  return least;
};

export const listenersTable = (found: readonly Listeners[]): string =>
  table(
    [
      'open inboxes',
      'sessions',
      'RSS before MB',
      'with MB',
      'growth MB',
      'aim',
      'KB each',
      'all heard ms',
      'idle CPU %',
    ],
    found.map((one) => [
      one.listeners,
      one.sessions,
      one.beforeMb,
      one.withMb,
      one.growthMb,
      MOST_MB,
      one.kbEach,
      one.heardMs,
      one.idleCpuPercent,
    ]),
  );
