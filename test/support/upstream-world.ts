/** A whole server, and beside it over https a stock provider (oauth2-mock-server) at which people sign in. */
import type { RequestListener } from 'node:http';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import type { NewUpstream } from '../../src/domain/identity/upstream/upstream-input.ts';
import { newKeyPair } from './agent-keys.ts';
import { type Browser, newBrowser, type Page } from './browser-flow.ts';
import { internalHosts } from './internal-hosts.ts';
import { localAuthority } from './local-authority.ts';
import { type RunOptions, runServer } from './running-server.ts';

type Claims = Readonly<Record<string, unknown>>;

export type UpstreamWorld = Awaited<ReturnType<typeof upstreamWorld>>;

const SYSTEM = { caller: 'system' };

export const upstreamWorld = async (given: Partial<NewUpstream> = {}, options: RunOptions = {}) => {
  const authority = await localAuthority();
  const issuer = new OAuth2Issuer();
  const { privateJwk } = await newKeyPair('RS256');
  await issuer.keys.add({ ...privateJwk, kid: String(privateJwk.kid) });
  const service = new OAuth2Service(issuer);
  let codes = 0;
  const documents = new Map<string, unknown>();
  const routes = new Map<string, RequestListener>();
  const served = await authority.serve((request, response) => {
    const route = routes.get(String(request.url));
    if (route) return route(request, response);
    const document = documents.get(String(request.url));
    if (document !== undefined) {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
      return;
    }
    if (request.url === '/token') codes += 1;
    service.requestHandler(request, response);
  });
  issuer.url = served.origin;
  const there = {
    /** Whether the next authorization fails there. */
    isDenied: false,
    /** What the ID token says besides. */
    claims: { sub: 'johndoe', preferred_username: 'john', name: 'John Doe', email: 'john@works.example' } as Claims,
    /** What userinfo says besides. */
    more: {} as Claims,
    /** Codes that were redeemed there, with what was sent. */
    redeemed: [] as Record<string, unknown>[],
    /** Changes the answer of the token endpoint. */
    spoil: undefined as ((body: Record<string, unknown>) => void) | undefined,
  };
  service.on('beforeTokenSigning', (token) => Object.assign(token.payload, there.claims));
  service.on('beforeUserinfo', (answer) => {
    answer.body = { sub: there.claims['sub'], ...there.more };
  });
  service.on('beforeResponse', (answer, request) => {
    there.redeemed.push({ ...request.body } as Record<string, unknown>);
    there.spoil?.(answer.body as Record<string, unknown>);
  });
  service.on('beforeAuthorizeRedirect', ({ url }) => {
    if (!there.isDenied) return;
    url.searchParams.delete('code');
    url.searchParams.set('error', 'access_denied');
  });

  const server = await runServer({
    ...options,
    environment: {
      ...internalHosts({ upstreamProviders: served.host }),
      BEHALF__EGRESS__CAFILE: authority.caFile,
      ...options.environment,
    },
  });
  const { services } = server.behalf;
  const provider = (
    await services.upstreams.create({ name: 'Works', issuer: served.origin, clientId: 'behalf-here', ...given }, SYSTEM)
  ).document;

  /** A request to the provider as a browser sends it, redirects not followed; answers where that leads. */
  const authorizeThere = async (url: string): Promise<URL> => {
    const { status, location } = await authority.ask(url);
    if (location === undefined) throw new Error(`the provider answered ${status}`);
    return new URL(location);
  };

  /** Presses the button; answers the address there. */
  const begin = async (browser: Browser, at = `${server.issuer}/account`): Promise<string> => {
    const page = await browser.open(at);
    const form = page.forms.find((one) => one.buttons.some(({ text }) => text.includes('Works')));
    if (!form) throw new Error(`no button on ${page.url}: ${page.text.slice(0, 200)}`);
    return onwardOf(await browser.submit(page, form));
  };

  return {
    ...{ server, services, provider, there, issuer, authority, served, begin, authorizeThere },
    /** What else is served there, by its path: documents, and what answers by itself. */
    ...{ documents, routes },
    /** Codes that were brought to the provider, good or not. */
    codes: () => codes,
    browser: (): Browser => newBrowser(server.issuer),
    account: async (username: string, password = 'a long enough pass phrase') =>
      (await services.accounts.create({ username, name: username, password }, SYSTEM)).document,

    /** All the way to the page after the way back. */
    async signIn(browser: Browser, at?: string): Promise<Page> {
      const back = await browser.open((await authorizeThere(await begin(browser, at))).href);
      return back.headers.has('refresh') ? browser.open(new URL(onwardOf(back), server.issuer).href) : back;
    },

    async close(): Promise<void> {
      await server.close();
      await authority.remove();
    },
  };
};

/** Where a page goes on by itself. */
export const onwardOf = (page: Page): string => {
  const href = /^0; url=(.+)$/.exec(page.headers.get('refresh') ?? '')?.[1];
  if (href === undefined) throw new Error(`${page.url} (${page.status}) goes nowhere: ${page.text.slice(0, 300)}`);
  return href;
};
