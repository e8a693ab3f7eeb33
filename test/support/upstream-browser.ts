/** A browser of the composed pages that signs in at a provider, and the person who answers there. */
import type { NewUpstream } from '../../src/domain/identity/upstream/upstream-input.ts';
import { fillForm } from './browser-flow.ts';
import type { PeoplePages } from './composed-people-pages.ts';
import { SYSTEM } from './composed-services.ts';
import { type Form, formsOf, textOf } from './html-forms.ts';

export const ORIGIN = 'https://id.example.com';

export const withProvider = async (world: PeoplePages, more: Partial<NewUpstream> = {}) =>
  (
    await world.upstreams.create(
      { name: 'Works', issuer: 'https://idp.works.example', clientId: 'here', domains: ['works.example'], ...more },
      SYSTEM,
    )
  ).document;

/** A browser in the middle of a sign-in; keeps the cookie that the way there gave it. */
export const browserAt = (world: PeoplePages, cookie: string) => {
  let upstream = '';
  const cookies = () => [cookie, upstream].filter((one) => one !== '').join('; ');
  const keep = <T extends { readonly headers: Readonly<Record<string, unknown>> }>(answer: T): T => {
    const set = [answer.headers['set-cookie'] ?? []].flat().map(String);
    const own = set.find((line) => line.startsWith('__Host-behalf_upstream='));
    if (own !== undefined) upstream = own.split(';')[0] ?? '';
    return answer;
  };
  return {
    get: async (path: string) => keep(await world.http.get(path).set('cookie', cookies())),
    post: async (path: string, body: URLSearchParams | string) =>
      keep(await world.http.post(path).set('cookie', cookies()).set('origin', ORIGIN).type('form').send(String(body))),
  };
};

export const formWith = (html: string, field: string): Form => {
  const form = formsOf(html).find(({ fields }) => fields.some(({ name }) => name === field));
  if (!form) throw new Error(`no form with ${field}: ${textOf(html).slice(0, 300)}`);
  return form;
};

export const beginIn = async (world: PeoplePages, more: Parameters<PeoplePages['prompt']>[0] = { prompt: 'login' }) => {
  const uid = world.prompt(more);
  const browser = browserAt(world, `interaction=${uid}`);
  const form = formWith((await browser.get(`/interaction/${uid}`)).text, 'upstream');
  const there = await browser.post(form.action, fillForm(form));
  const { state = '' } = world.upstreamClient.requests.at(-1) ?? {};
  return { uid, browser, there, state, back: () => browser.get(`/upstream/callback?state=${state}&code=c`) };
};

export const isPerson = (world: PeoplePages, subject: string, claims: object = {}): void => {
  world.upstreamClient.state.identity = { subject, claims: { sub: subject, ...claims }, idToken: 'signed' };
};

export const link = (world: PeoplePages, upstream: string, account = world.ada.id, subject = 's-ada') =>
  world.upstreamLinks.create({ upstream, subject, account, proof: 'administrator' }, SYSTEM);
