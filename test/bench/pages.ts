/**
 * What a page costs: server CPU for one, and how much of it goes over the wire, with its style sheets and scripts. Each
 * kind of page is asked for again and again by browsers that are signed in.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Browser, newBrowser } from '../support/browser-flow.ts';
import { finishOnOurPages } from '../support/scene.ts';
import { type Asking, startAsking } from './asking-subject.ts';
import { connectionsTo, measure } from './load.ts';
import { rounded, table } from './statistics.ts';

export type PageCost = {
  readonly page: string;
  /** Milliseconds of server CPU for one. */
  readonly cpuMs: number;
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

export const pageCosts = async (seconds: number, core: number | undefined): Promise<readonly PageCost[]> => {
  const asking = await startAsking({ core });
  try {
    const costs: PageCost[] = [];
    for (const [page, content, browser, url] of await pagesOf(asking)) {
      process.stderr.write(`pages: ${page}\n`);
      costs.push({ page, ...(await costOf(asking, browser, url, content, seconds)) });
    }
    return costs;
  } finally {
    await asking.close();
  }
};

/** Each kind of page, what stands on it, a browser that may see it, and where it is. */
const pagesOf = async (asking: Asking): Promise<readonly (readonly [string, RegExp, Browser, string])[]> => {
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
    ['sign-in', /type="password"/, stranger, signIn.url],
    ['consent', /name="scope"/, consenting, consent.url],
    ['approval', /name="decision"/, signedIn, `${issuer}/account/approvals/${approval}`],
    ['inbox, eight open', /apv_.*apv_/s, signedIn, `${issuer}/account/approvals`],
    ['account', /sign-out/, signedIn, `${issuer}/account`],
    ['console overview', /console\/agents/, admin, `${issuer}/console`],
  ];
};

const costOf = async (
  asking: Asking,
  browser: Browser,
  url: string,
  content: RegExp,
  seconds: number,
): Promise<Omit<PageCost, 'page'>> => {
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
    const files = await Promise.all(filesOf(raw, origin).map(fileOf));
    const sum = (of: (file: Awaited<ReturnType<typeof fileOf>>) => number): number =>
      files.reduce((all, file) => all + of(file), 0);
    const html = Buffer.byteLength(raw);
    const htmlGzip = gzipSync(raw).length;
    const isCompressed = first.headers['content-encoding'] !== undefined;
    return {
      cpuMs: rounded(cpuMicros / 1000),
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
      'aim',
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
      MOST_CPU_MS,
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
