/** What is asked of a register, over the management API, at the token endpoint and in the console. */
import type { Send, ShotAnswer } from '../bench/load.ts';
import { clientAssertion } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { formOf } from '../support/oauth-calls.ts';
import type { Scene } from '../support/scene.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { numberOf, type Planted, wordsOf } from './agents-seed.ts';
import { openReview } from './agents-seed-clients.ts';
import type { Random } from './campaign.ts';

export type Place = {
  readonly plan: Planted;
  readonly scene: Scene;
  readonly blueprint: string;
  readonly server: ServerProcess;
  readonly send: Send;
  readonly written: { readonly seconds: number; readonly fileMb: number };
  readonly startsMs: readonly number[];
  readonly rssAtStartMb: number;
  close(): Promise<void>;
};

type Asked = {
  /** Below the management API, unless it is a page or a form. */
  readonly path: string;
  readonly kind?: 'page' | 'form';
  readonly body?: string;
  readonly status?: number;
  /** How many are found at least. */
  readonly least?: number;
};

type World = Place & { readonly random: Random; readonly cursor: string | undefined };

const anyOf = ({ plan, random }: World): number => random.integer(plan.count);

const listOf = (query: Readonly<Record<string, string | number>>, least = 0): Asked => ({
  path: `/agents?${formOf(Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])))}`,
  least,
});

const monthAgo = (): number => Math.floor(Date.now() / 1000) - 30 * 86_400;

/** A list that goes on where the last one ended. */
const NEXT_PAGE = 'the next page';

/** What is looked at for one page at most, for any size of the registry. */
export const A_THOUSAND = 'a thousand that are not it';

/** Two things that many have and few have together: no more than that, and more than in a small register. */
export const BOUNDED: readonly string[] = [
  'two words that few have together',
  'a word of one in fifty, of a large owner',
  'not used for a month, in an environment',
];

export const questionsOf = {
  'look-up by id': (world) => ({ path: `/agents/${world.plan.id(anyOf(world))}` }),
  'what is in effect': (world) => ({ path: `/agents/${world.plan.id(anyOf(world))}/effective` }),
  'first page': () => listOf({}, 50),
  [NEXT_PAGE]: ({ cursor }) => listOf(cursor === undefined ? {} : { cursor }),
  'by name': () => listOf({ sort: 'name' }, 50),
  'by last use': () => listOf({ sort: 'last_use' }, 50),
  'of an owner': (world) => listOf({ owner: world.plan.ownerOf(anyOf(world)) }, 1),
  'of a large owner': ({ scene }) => listOf({ owner: scene.accountId }, 50),
  'of a large owner, in a state': ({ scene }) => listOf({ owner: scene.accountId, state: 'active' }, 50),
  'of a large owner, by name': ({ scene }) => listOf({ owner: scene.accountId, sort: 'name' }, 50),
  'in a frequent state': () => listOf({ state: 'active' }, 50),
  'in a rare state': () => listOf({ state: 'orphaned', limit: 10 }, 10),
  'in an environment': () => listOf({ environment: 'development' }, 50),
  'in an environment and a rare state': () => listOf({ environment: 'test', state: 'suspended', limit: 10 }, 10),
  'under a blueprint': ({ blueprint }) => listOf({ blueprint }, 50),
  'under a blueprint, in a rare state': ({ blueprint }) => listOf({ blueprint, state: 'suspended', limit: 10 }, 5),
  'not used for a month': () => listOf({ unused_since: monthAgo() }, 50),
  'not used for a month, in an environment': () =>
    listOf({ unused_since: monthAgo(), environment: 'development', state: 'active', limit: 10 }, 1),
  'with a secret': () => listOf({ with_secret: 'true' }),
  'a word that one has': (world) => listOf({ search: numberOf(anyOf(world)) }, 1),
  'a word that no agent has': () => listOf({ search: 'submarine' }),
  'a word that all have': () => listOf({ search: 'keeps' }, 50),
  'a word that one in fifty has': (world) => listOf({ search: wordsOf(anyOf(world))[0], limit: 20 }, 20),
  'the whole name of one': (world) => {
    const index = anyOf(world);
    return listOf({ search: [...wordsOf(index), numberOf(index)].join(' ') }, 1);
  },
  // By name only the index of names is walked, and there is none of these.
  [A_THOUSAND]: () => listOf({ sort: 'name', state: 'orphaned', environment: 'development' }),
  'two words that few have together': (world) => listOf({ search: wordsOf(anyOf(world)).join(' ') }),
  'a word that all have, in a rare state': () => listOf({ search: 'keeps', state: 'orphaned', limit: 10 }, 10),
  'a word of one in fifty, of a large owner': (world) =>
    listOf({ search: wordsOf(anyOf(world))[0], owner: world.scene.accountId, limit: 10 }),
  'page: overview': () => ({ path: '/console', kind: 'page' }),
  'page: agents': () => ({ path: '/console/agents', kind: 'page' }),
  'page: findings': () => ({ path: '/console/findings', kind: 'page' }),
  'page: an agent': (world) => ({ path: `/console/agents/${world.plan.id(anyOf(world))}`, kind: 'page' }),
  'clients, first page': () => ({ path: '/clients', least: 50 }),
  'a client by id': (world) => ({ path: `/clients/${world.plan.client(anyOf(world))}` }),
  'clients of an owner': (world) => ({ path: `/clients?owner=${world.plan.ownerOf(anyOf(world))}` }),
  'findings, first page': () => ({ path: '/findings', least: 50 }),
  'findings of a kind': () => ({ path: '/findings?kind=unowned_client', least: 50 }),
  'findings of a client': (world) => ({ path: `/findings?subject=${world.plan.client(anyOf(world))}` }),
  'reviews, first page': () => ({ path: '/reviews', least: 2 }),
  'items of a review': (world) => ({ path: `/review-items?review=${openReview(world.plan)}&state=open`, least: 50 }),
  'page: clients': () => ({ path: '/console/clients', kind: 'page' }),
  'page: reviews': () => ({ path: '/console/reviews', kind: 'page' }),
  'page: a review': (world) => ({ path: `/console/reviews/${openReview(world.plan)}`, kind: 'page' }),
  registration: (world) => ({
    path: '/agents',
    status: 201,
    body: JSON.stringify({
      name: `New ${wordsOf(anyOf(world)).join(' ')}`,
      owner: world.scene.accountId,
      purpose: 'Keeps things in order',
      environment: 'test',
      jwks: { keys: [world.scene.agent.key.publicJwk] },
      grant_types: ['client_credentials'],
    }),
  }),
  'token of an agent': (world) => ({ path: '/token', kind: 'form', body: activeOf(world) }),
  'token of a client': (world) => ({ path: '/token', kind: 'form', body: world.plan.client(anyOf(world)) }),
} as const satisfies Readonly<Record<string, (world: World) => Asked>>;

const activeOf = (world: World): string => {
  for (;;) {
    const index = anyOf(world);
    if (world.plan.isActive(index)) return world.plan.id(index);
  }
};

/** Asks one question and answers how many milliseconds that took. */
export const asking = async (place: Place, random: Random) => {
  const { scene, server, send } = place;
  const browser = newBrowser(server.issuer);
  const person = { username: 'admin', password: server.administratorPassword };
  const home = `${server.issuer}/console`;
  await submitSignIn(browser, await browser.open(home), person);
  const cookie = browser.jar.header(new URL(home));
  let cursor: string | undefined;

  const shotOf = async ({ path, kind, body }: Asked): Promise<Parameters<Send>[0]> => {
    if (kind === 'page') return { method: 'GET', path, headers: { cookie, accept: 'text/html' } };
    if (kind === 'form') {
      const form = formOf({
        grant_type: 'client_credentials',
        client_id: body,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await clientAssertion({ clientId: body ?? '', key: scene.agent.key }, server.issuer),
        resource: scene.jwt.identifier,
      });
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return { method: 'POST', path, headers: type, body: form.toString() };
    }
    const authorization = `Bearer ${await scene.management.accessToken()}`;
    const sent = body === undefined ? {} : { body };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return {
      method: body === undefined ? 'GET' : 'POST',
      path: `/api/v1${path}`,
      headers: { authorization, ...type },
      ...sent,
    };
  };

  return async (name: keyof typeof questionsOf): Promise<number> => {
    const asked: Asked = questionsOf[name]({ ...place, random, cursor });
    const shot = await shotOf(asked);
    const begin = performance.now();
    const answer = await send(shot);
    const milliseconds = performance.now() - begin;
    check(name, asked, answer);
    if (name === NEXT_PAGE) cursor = JSON.parse(answer.text).next;
    return milliseconds;
  };
};

const check = (name: string, { status = 200, least }: Asked, answer: ShotAnswer): void => {
  if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
  if (least === undefined) return;
  const { items } = JSON.parse(answer.text) as { readonly items: readonly unknown[] };
  if (items.length < least) throw new Error(`${name}: found ${items.length}, not ${least}`);
};
