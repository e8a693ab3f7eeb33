/**
 * What a page costs: server CPU for one, and how much of it goes over the wire, with its style sheets and scripts. Each
 * kind of page is asked for again and again by browsers that are signed in. A first visit is all of it: the redirects that
 * lead to the page, the page, and each of its files, by a browser that has kept nothing.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Browser, newBrowser } from '../support/browser-flow.ts';
import { finishOnOurPages } from '../support/scene.ts';
import { type Asking, startAsking } from './asking-subject.ts';
import { connectionsTo, measure, type Send, type Step } from './load.ts';
import { rounded, table } from './statistics.ts';

export type PageCost = {
  readonly page: string;
  /** Milliseconds of server CPU for one. */
  readonly cpuMs: number;
  /** The same for a first visit. */
  readonly visitCpuMs: number;
  /** `visitCpuMs` as a multiple of the discovery document in the same run: what to compare between machines. */
  readonly timesDiscovery: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Bytes of the HTML, and of it as gzip would have it. */
  readonly html: number;
  readonly htmlGzip: number;
  /** Bytes over the wire at the first visit, as the server sends them: HTML, style sheets, scripts and icon. */
  readonly wire: number;
  /** The same, all of it compressed: what the aim is about. */
  readonly compressed: number;
  /** Style sheets, scripts and icon. */
  readonly files: number;
};

const MOST_CPU_MS = 15;
const MOST_BYTES = 30 * 1024;
/** Visits at a time: they share one session, which each authorization request saves. */
const VISITORS = 4;
const MOST_REDIRECTS = 5;

type Kind = {
  readonly page: string;
  /** What stands on it. */
  readonly content: RegExp;
  /** May see it. */
  readonly browser: Browser;
  readonly url: string;
  /** Where a visit begins that a redirect leads to the page; absent: at the page. */
  readonly from?: () => string;
};

export const pageCosts = async (seconds: number, core: number | undefined): Promise<readonly PageCost[]> => {
  const asking = await startAsking({ core });
  try {
    const costs: PageCost[] = [];
    const discoveryMs = await discoveryCost(asking, seconds);
    for (const kind of await pagesOf(asking)) {
      process.stderr.write(`pages: ${kind.page}\n`);
      const cost = await costOf(asking, kind, seconds);
      costs.push({ page: kind.page, ...cost, timesDiscovery: rounded(cost.visitCpuMs / discoveryMs, 1) });
    }
    return costs;
  } finally {
    await asking.close();
  }
};

const pagesOf = async (asking: Asking): Promise<readonly Kind[]> => {
  const { issuer, jwt } = asking;
  const person = await asking.newPerson();
  const agent = await asking.newAgent(person.id);
  for (let amount = 1; amount <= 8; amount += 1) await asking.ask(agent, person, amount);
  const approval = await asking.openOf(agent);
  const signedIn = await asking.browserOf(person);
  const request = () =>
    asking.authorizationRequest(asking.app, {
      scope: 'openid read write',
      resource: jwt.identifier,
      prompt: 'consent',
    });
  const stranger = newBrowser(issuer);
  const signIn = await stranger.open(request().url);
  const consenting = await asking.browserOf(person);
  const consent = await consenting.open(request().url);
  const admin = newBrowser(issuer);
  await finishOnOurPages(admin, await admin.open(`${issuer}/console`), { person: asking.administrator });
  return [
    {
      ...{ page: 'sign-in', content: /type="password"/, browser: stranger, url: signIn.url },
      from: () => request().url,
    },
    {
      ...{ page: 'consent', content: /name="scope"/, browser: consenting, url: consent.url },
      from: () => request().url,
    },
    {
      ...{ page: 'approval', content: /name="decision"/, browser: signedIn },
      url: `${issuer}/account/approvals/${approval}`,
    },
    { page: 'inbox, eight open', content: /apv_.*apv_/s, browser: signedIn, url: `${issuer}/account/approvals` },
    { page: 'account', content: /sign-out/, browser: signedIn, url: `${issuer}/account` },
    { page: 'console overview', content: /console\/agents/, browser: admin, url: `${issuer}/console` },
  ];
};

/** The discovery document: a request that reads no record. */
const discoveryCost = async (asking: Asking, seconds: number): Promise<number> => {
  const { send, close } = connectionsTo(new URL(asking.issuer).origin);
  try {
    const path = `${new URL(asking.issuer).pathname.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const step = asVisitors(async () => {
      const { status } = await send({ method: 'GET', path, headers: {} });
      if (status !== 200) throw new Error(`${path} was answered ${status}`);
    });
    await measure(asking.pid, step, Math.min(1, seconds));
    return (await measure(asking.pid, step, seconds)).cpuMicros / 1000;
  } finally {
    close();
  }
};

const asVisitors =
  (visit: () => Promise<void>): Step =>
  (connection) =>
    connection < VISITORS ? visit : undefined;

/** One visit by a browser that kept nothing but its session. */
const visitOf =
  (
    send: Send,
    { browser, url, from = () => url }: Kind,
    files: readonly string[],
    headers: Readonly<Record<string, string>>,
  ) =>
  async (): Promise<void> => {
    let at = new URL(from());
    const cookies = new Map(browser.jar.header(at).split('; ').map(nameAndValue));
    for (let redirects = 0; ; redirects += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const { status, headers: answered } = await send({
        ...{ method: 'GET', path: `${at.pathname}${at.search}` },
        headers: { ...headers, cookie },
      });
      if (status === 200) break;
      const { location } = answered;
      if (status < 300 || status > 399 || location === undefined || redirects === MOST_REDIRECTS) {
        throw new Error(`${at.href} was answered ${status}`);
      }
      for (const one of answered['set-cookie'] ?? []) cookies.set(...nameAndValue(one.split(';')[0] ?? ''));
      at = new URL(location, at);
    }
    for (const file of files) await send({ method: 'GET', path: new URL(file).pathname, headers });
  };

const nameAndValue = (cookie: string): [string, string] => {
  const at = cookie.indexOf('=');
  return [cookie.slice(0, at), cookie.slice(at + 1)];
};

const costOf = async (
  asking: Asking,
  kind: Kind,
  seconds: number,
): Promise<Omit<PageCost, 'page' | 'timesDiscovery'>> => {
  const { browser, url, content } = kind;
  const { origin, pathname, search } = new URL(url);
  const { send, close } = connectionsTo(origin);
  try {
    const headers = { cookie: browser.jar.header(new URL(url)), 'accept-encoding': 'gzip, br', accept: 'text/html' };
    const get = () => send({ method: 'GET', path: `${pathname}${search}`, headers });
    const first = await get();
    if (first.status !== 200 || !content.test(first.text)) {
      throw new Error(`${url} was answered ${first.status}: ${first.text.slice(0, 300)}`);
    }
    const step = () => async () => {
      const { status } = await get();
      if (status !== 200) throw new Error(`${url} was answered ${status}`);
    };
    await measure(asking.pid, step, Math.min(1, seconds));
    const { cpuMicros, p50Ms, p99Ms } = await measure(asking.pid, step, seconds);
    const raw = await (await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' } })).text();
    const named = filesOf(raw, origin);
    const files = await Promise.all(named.map(fileOf));
    const { cookie: _, ...anonymous } = headers;
    const visit = asVisitors(visitOf(send, kind, named, anonymous));
    await measure(asking.pid, visit, Math.min(1, seconds));
    const visits = await measure(asking.pid, visit, seconds);
    const sum = (of: (file: Awaited<ReturnType<typeof fileOf>>) => number): number =>
      files.reduce((all, file) => all + of(file), 0);
    const html = Buffer.byteLength(raw);
    const htmlGzip = gzipSync(raw).length;
    const isCompressed = first.headers['content-encoding'] !== undefined;
    return {
      cpuMs: rounded(cpuMicros / 1000),
      visitCpuMs: rounded(visits.cpuMicros / 1000),
      p50Ms,
      p99Ms,
      html,
      htmlGzip,
      wire: (isCompressed ? htmlGzip : html) + sum(({ wire }) => wire),
      compressed: htmlGzip + sum(({ compressed }) => compressed),
      files: files.length,
    };
  } finally {
    close();
  }
};

/** Our files that a page names. */
const filesOf = (html: string, origin: string): readonly string[] => [
  ...new Set(
    [...html.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]+)"/g)].map(([, path]) => new URL(String(path), origin).href),
  ),
];

const fileOf = async (url: string): Promise<{ readonly wire: number; readonly compressed: number }> => {
  const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip, br' } });
  const body = Buffer.from(await answer.arrayBuffer());
  const encoding = answer.headers.get('content-encoding');
  const compressed = gzipSync(body).length;
  const wire = encoding === 'br' ? brotliCompressSync(body).length : encoding === 'gzip' ? compressed : body.length;
  return { wire, compressed };
};

export const pagesTable = (found: readonly PageCost[]): string => {
  const kilobytes = (bytes: number): number => rounded(bytes / 1024, 1);
  return table(
    [
      'page',
      'CPU ms',
      'first visit CPU ms',
      'aim',
      '× discovery',
      'p50/p99 ms',
      'HTML KB',
      'gzip KB',
      'files',
      'first visit KB',
      'all compressed KB',
      'aim',
    ],
    found.map((one) => [
      one.page,
      one.cpuMs,
      one.visitCpuMs,
      MOST_CPU_MS,
      one.timesDiscovery,
      `${one.p50Ms} / ${one.p99Ms}`,
      kilobytes(one.html),
      kilobytes(one.htmlGzip),
      one.files,
      kilobytes(one.wire),
      kilobytes(one.compressed),
      kilobytes(MOST_BYTES),
    ]),
  );
};
