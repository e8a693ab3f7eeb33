/** A person in the pages of their account, and what they allowed. */
import { CALENDAR, type PeoplePages } from './composed-people-pages.ts';
import { formsOf } from './html-forms.ts';
import { START } from './standing-clock.ts';

export const DAY = 86_400;

export const personAt = (world: PeoplePages, account = world.ada.id) => {
  const cookie = `session=${world.browserSessions.start(account)}`;
  const post = (path: string, body: URLSearchParams | string, headers: Readonly<Record<string, string>> = {}) =>
    world.http
      .post(path)
      .set('cookie', cookie)
      .set('origin', 'https://id.example.com')
      .type('form')
      .set(headers)
      .send(String(body));
  const get = (path: string) => world.http.get(path).set('cookie', cookie);
  /** The token in the forms of a page. */
  const csrf = async (path = '/account') => {
    const fields = formsOf((await get(path)).text).flatMap((form) => form.fields);
    return `csrf=${fields.find(({ name }) => name === 'csrf')?.value ?? ''}`;
  };
  return { get, post, csrf };
};

const allowed = (world: PeoplePages, more: object = {}) =>
  world.delegations.recordConsent({
    subject: world.ada.id,
    actor: world.planner.id,
    resource: CALENDAR,
    asked: ['read', 'write'],
    scope: ['read', 'write'],
    expiresAt: START + DAY,
    delegableTo: { agents: [world.booker.id], depth: 1 },
    by: world.ada.id,
    ...more,
  });

export const withHop = async (world: PeoplePages) => {
  const parent = await allowed(world);
  if (!parent) throw new Error('no row');
  const child = await world.delegations.derive({
    parent,
    actor: world.booker.id,
    resource: CALENDAR,
    scope: ['read'],
    expiresAt: START + DAY,
    delegableTo: { agents: [], depth: 0 },
  });
  world.audit.events.length = 0;
  return { parent, child };
};

export const grant = (world: PeoplePages, account = world.ada.id, clientId = world.client.id) => {
  const id = `grt_${world.grants.live.size}`;
  const rest = { openidScopes: ['openid', 'email'], resources: { [CALENDAR]: ['read'] } };
  world.grants.live.set(id, { id, account, clientId, ...rest, createdAt: START, expiresAt: START + DAY });
  return id;
};
