/** The routes of all pages, read off the routers themselves: one that no list names is in here, too. */
import { accountRouter } from '../../src/http/account/router.ts';
import { consoleRouter } from '../../src/http/console/router.ts';
import { interactionRouter } from '../../src/http/interaction/router.ts';

/** Stands for every dependency of a router: it is asked for nothing before a request comes. */
const anything: unknown = new Proxy(() => undefined, {
  get(_target, name) {
    if (name === 'issuer') return 'https://id.example.com';
    if (name === 'basePath') return '';
    return name === Symbol.toPrimitive ? () => '' : anything;
  },
  apply: () => anything,
});

/** No pages: files, streams, and the worker of messages. */
const OTHER = [
  '/assets/:file',
  '/account/approvals/events',
  '/account/push-worker.js',
  '/console/agents.csv',
  '/console/agents.ndjson',
  '/console/audit.ndjson',
  '/console/audit/events.ndjson',
  '/console/transactions/:id/receipt.jws',
  '/console/transactions/:id/evidence.zip',
  '/console/reviews/:id/evidence.zip',
];

/** Paths below the issuer as the routers have them, with `GET ` or `POST ` before it. */
export const pageRoutes = (): readonly string[] =>
  [accountRouter(anything as never), consoleRouter(anything as never), interactionRouter(anything as never)]
    .flatMap(({ stack }) => stack)
    .flatMap(({ methods, path }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
    )
    .filter((route) => !OTHER.includes(route.slice('GET '.length)))
    .toSorted();

/** The routes that a request is one of: some name others (`/agents/new` is no agent). */
export const routeOf = (routes: readonly string[], method: string, path: string): string | undefined =>
  routes
    .filter((route) =>
      new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`).test(`${method} ${path}`),
    )
    .toSorted((one, other) => one.split(':').length - other.split(':').length)[0];
