/**
 * What ends a token (decisions D5, D8, D9; TX-12). One family of tokens of every kind for each way to end
 * something: what hangs on it is refused wherever it is presented, everything beside it goes on, and the
 * audit log says what was at the bottom of each refusal.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../src/domain/platform/epochs/epoch.ts';
import type { TokenEnd } from '../../src/domain/ports/issued-tokens.ts';
import type { Page } from '../support/browser-flow.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type FeedMessage, names, revocationReader } from '../support/revocation-reader.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { statusOf } from '../support/status-lists.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily, USES, type Use } from '../support/token-family.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const keyed = (identity: TokenFamily['app']) => scene.keyed(identity);

const patch = async (path: string, change: object): Promise<void> => {
  const { management } = scene;
  const read = await management.call('GET', path);
  const answer = await management.call('PATCH', path, change, { 'if-match': String(read.headers.get('etag')) });
  expect({ path, status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
};
const act = async (path: string): Promise<void> => {
  const answer = await scene.management.call('POST', path);
  expect({ path, status: answer.status }).toEqual({ path, status: 200 });
};

/** Sends a form of the account page, by its button or, where the page shows none, with the page's own guard. */
const onAccountPage = async ({ browser, issuer }: TokenFamily, action: string): Promise<Page> => {
  const page = await browser.open(`${issuer}/account`);
  const form = page.forms.find((one) => new URL(one.action, page.url).pathname.endsWith(action));
  const [any] = page.forms;
  if (!any) throw new Error(`no form on ${page.url}: ${page.text}`);
  return browser.submit(page, form ?? { ...any, action });
};

const rowOf = async ({ accountId }: TokenFamily, actor: string, resource: string): Promise<string> => {
  const { body } = await scene.management.listDelegations(`?subject=${accountId}&actor=${actor}&live=true`);
  const rows = body['items'] as { id: string; resource: string }[];
  const row = rows.find((one) => one.resource === resource);
  if (!row) throw new Error(`no row of ${actor} at ${resource}`);
  return row.id;
};

const grantOf = async ({ accountId, app }: TokenFamily, token: string): Promise<string> => {
  const found = await server.behalf.services.audit.list({ subject: accountId, caller: app.clientId, limit: 200 });
  const jti = (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti;
  return String(found.entries.find(({ event }) => event.token?.id === jti)?.event.grant);
};

const lastEvent = async (): Promise<AuditEvent | undefined> =>
  (await server.behalf.services.audit.list({ limit: 1 })).entries[0]?.event;

/** Uses of the family by what they begin with. */
const uses = (...beginnings: string[]): readonly Use[] =>
  USES.filter((use) => beginnings.some((beginning) => use.startsWith(beginning)));

type Ending = readonly [
  title: string,
  how: (family: TokenFamily) => Promise<unknown>,
  /** What no longer works; all else does. */
  dead: readonly Use[],
  /** What the audit log names as the end of the subject tokens that are presented afterwards. */
  end: TokenEnd,
];

const ofFirstGrant = [...uses('app', 'agent calendar', 'agent files', 'sub-agent')] as const;
const ofAgent = uses('agent', 'sub-agent', 'sibling exchanged', 'app calendar exchange', 'app files exchange');
const atCalendar = uses('app calendar', 'app refresh', 'sibling', 'agent calendar', 'agent own', 'sub-agent calendar');

const ENDINGS: readonly Ending[] = [
  [
    'the app ends its refresh token: the grant with all that came from it, no sibling grant (RFC 7009 §2.1, decision D8)',
    ({ calls, app, held }) => calls.revoke(keyed(app), held.app),
    ofFirstGrant,
    'grant_ended',
  ],
  [
    'the person ends the grant on the account page',
    async (family) =>
      onAccountPage(family, `/account/grants/${await grantOf(family, family.tokens.appCalendar)}/revoke`),
    ofFirstGrant,
    'grant_ended',
  ],
  [
    'the app ends one access token by its jti: no other (decision D8)',
    ({ calls, app, tokens }) => calls.revoke(keyed(app), tokens.appCalendar),
    uses('app calendar'),
    'revoked',
  ],
  [
    'the agent ends its exchanged JWT',
    ({ calls, agent, tokens }) => calls.revoke(keyed(agent), tokens.agentCalendar),
    uses('agent calendar'),
    'revoked',
  ],
  [
    'the API ends a delegation: its resource only, with the sub-agent below',
    async (family) =>
      act(`/delegations/${await rowOf(family, family.agent.clientId, family.calendar.identifier)}/revoke`),
    uses('app calendar exchange', 'sibling exchanged', 'agent calendar', 'agent own', 'sub-agent calendar'),
    'delegation_ended',
  ],
  [
    'the person ends a delegation on the account page',
    async (family) =>
      onAccountPage(
        family,
        `/account/delegations/${await rowOf(family, family.agent.clientId, family.calendar.identifier)}/revoke`,
      ),
    uses('app calendar exchange', 'sibling exchanged', 'agent calendar', 'agent own', 'sub-agent calendar'),
    'delegation_ended',
  ],
  [
    'the person ends the hop of the sub-agent: the agent above goes on',
    async (family) =>
      act(`/delegations/${await rowOf(family, family.subAgent.clientId, family.calendar.identifier)}/revoke`),
    uses('sub-agent calendar'),
    'delegation_ended',
  ],
  ['the agent is suspended', ({ agent }) => act(`/agents/${agent.clientId}/suspend`), ofAgent, 'agent_not_active'],
  ['the agent is retired', ({ agent }) => act(`/agents/${agent.clientId}/retire`), ofAgent, 'agent_not_active'],
  [
    'the sub-agent is suspended: the agent above goes on',
    ({ subAgent }) => act(`/agents/${subAgent.clientId}/suspend`),
    uses('sub-agent'),
    'agent_not_active',
  ],
  [
    'the owner of the agent is disabled: the sub-agent of another owner ends, too',
    ({ ownerId }) => act(`/accounts/${ownerId}/disable`),
    ofAgent,
    'agent_not_active',
  ],
  ['the person is disabled', ({ accountId }) => act(`/accounts/${accountId}/disable`), USES, 'subject_not_active'],
  [
    'the app is disabled: what agents got through it ends, what the agent got itself does not',
    ({ app }) => act(`/clients/${app.clientId}/disable`),
    USES.filter((use) => !use.startsWith('agent own')),
    'client_not_active',
  ],
  [
    'the resource server is disabled',
    ({ calendar }) => act(`/resource-servers/${calendar.id}/disable`),
    atCalendar,
    'resource_server_not_active',
  ],
  [
    'a scope is taken from the resource server: refresh gives what is left',
    ({ calendar }) =>
      patch(`/resource-servers/${calendar.id}`, { scopes: [{ name: 'read', description: 'May read', risk: 'low' }] }),
    atCalendar.filter((use) => !use.endsWith('refresh')),
    'authority_reduced',
  ],
  [
    'a right is taken from the person',
    ({ accountId, calendar, files, api }) =>
      patch(`/accounts/${accountId}`, {
        entitlements: { [calendar.identifier]: ['read'], [files.identifier]: ['*'], [api.identifier]: ['*'] },
      }),
    atCalendar.filter((use) => !use.endsWith('refresh')),
    'authority_reduced',
  ],
  [
    'a right is taken from the agent: the sub-agent below loses it, too',
    ({ agent, calendar, files }) =>
      patch(`/agents/${agent.clientId}`, {
        authority: { [calendar.identifier]: ['read'], [files.identifier]: ['*'] },
      }),
    uses('sibling exchanged', 'agent calendar', 'agent own introspection', 'sub-agent calendar'),
    'authority_reduced',
  ],
  [
    'a right is taken from the app: what agents got through it loses it, too',
    ({ app, calendar, files, api }) =>
      patch(`/clients/${app.clientId}`, {
        authority: { [calendar.identifier]: ['read'], [files.identifier]: ['*'], [api.identifier]: ['*'] },
      }),
    atCalendar.filter((use) => !use.endsWith('refresh') && !use.startsWith('agent own')),
    'authority_reduced',
  ],
  [
    'the person narrows the delegation: tokens that hold more end, refresh gives what is left',
    (family) =>
      family.authorize(family.agent, 'openid offline_access read write', [family.calendar.identifier], {
        prompt: 'consent',
        walk: {
          ...family.allowing,
          consent: {
            ...family.allowing.consent,
            check: (name, value) =>
              name === 'scope' && value.endsWith(' write')
                ? false
                : name === 'delegable_to'
                  ? value === family.subAgent.clientId
                  : undefined,
          },
        },
      }),
    uses('sibling exchanged', 'agent calendar', 'agent own introspection', 'sub-agent calendar'),
    'delegation_narrowed',
  ],
  [
    'the person ends all that the agent holds',
    (family) => onAccountPage(family, `/account/agents/${family.agent.clientId}/revoke`),
    ofAgent,
    'delegation_ended',
  ],
];

describe('TX-12 ends with', () => {
  test.each(ENDINGS)('%s', async (_title, how, dead, end) => {
    const family = await newTokenFamily(scene);
    expect(await family.survey()).toEqual(USES);
    const feed = revocationReader(family.issuer, family.calendar.credential);
    const { cursor, start } = await feed.read();
    expect(await statusesOf(family)).toEqual([]);
    await how(family);
    const read = await feed.poll({ after: cursor });
    expect(await family.survey()).toEqual(USES.filter((use) => !dead.includes(use)));
    // A resource server that was disabled reads no feed any more, and introspects nothing.
    if (end === 'resource_server_not_active') expect(read.status).toBe(401);
    else expectNamed(family, read.body as unknown as FeedMessage, String(start?.digest_key), dead);
    const listed = Object.keys(AT_CALENDAR).filter((use) => dead.includes(use as Use));
    await until(async () => isDeepStrictEqual(await statusesOf(family), listed), { what: 'the statuses' });
    for (const use of dead.filter((one) => one.endsWith('exchange'))) await toldWhy(family, use, end);
  });
});

const AT_CALENDAR = {
  'app calendar introspection': 'appCalendar',
  'sibling introspection': 'sibling',
  'sibling exchanged introspection': 'agentSibling',
  'agent calendar introspection': 'agentCalendar',
  'agent own introspection': 'agentOwn',
  'sub-agent calendar introspection': 'subCalendar',
} as const satisfies Partial<Record<Use, keyof TokenFamily['tokens']>>;

/** The tokens that the status list of the resource server calls ended (draft-ietf-oauth-status-list §7.1). */
const statusesOf = async ({ tokens }: TokenFamily): Promise<readonly string[]> => {
  const ended: string[] = [];
  for (const [use, token] of Object.entries(AT_CALENDAR)) if ((await statusOf(tokens[token])) === 1) ended.push(use);
  return ended;
};

/** A resource server that only reads the revocation feed asks introspection about every token that has ended. */
const expectNamed = (family: TokenFamily, message: FeedMessage, key: string, dead: readonly Use[]): void => {
  expect(message.start).toMatchObject({ resumed: true });
  const ended = Object.entries(AT_CALENDAR).filter(([use]) => dead.includes(use as Use));
  expect(ended.filter(([, token]) => !names(message, key, family.tokens[token]))).toEqual([]);
};

/** A refused exchange: what the caller is told, and what the audit log knows. */
const toldWhy = async (family: TokenFamily, use: Use, end: TokenEnd): Promise<void> => {
  const answer: Answer = await family.uses[use]();
  const event = await lastEvent();
  const { status, body } = answer;
  if (status === 401) {
    // No client was authenticated: the caller itself has ended.
    expect({ use, error: body['error'] }).toEqual({ use, error: 'invalid_client' });
    return;
  }
  const reason = (body['denial'] as { reason?: string } | undefined)?.reason;
  expect({ use, status, event: event?.type, denial: event?.denial?.reason }).toEqual({
    use,
    status: 400,
    event: 'token.refused',
    denial: reason,
  });
  if (reason !== 'subject_token_not_live') {
    // The token itself is good; what it would be exchanged for is not.
    expect({ use, reason }).toEqual({ use, reason: expect.stringMatching(/^(consent_missing|target_unknown)$/) });
    return;
  }
  expect(answer.text).not.toContain(end);
  const { subjectToken } = (event?.inputs ?? {}) as { subjectToken?: { end: TokenEnd } };
  expect({ use, end: subjectToken?.end, subject: event?.subject }).toEqual({ use, end, subject: family.accountId });
};

test('nothing earlier is live for a user who is enabled again; for a suspended agent that is resumed it is', async () => {
  const family = await newTokenFamily(scene);
  await act(`/agents/${family.agent.clientId}/suspend`);
  await act(`/agents/${family.agent.clientId}/resume`);
  expect(await family.survey()).toEqual(USES);
  await act(`/accounts/${family.accountId}/disable`);
  await act(`/accounts/${family.accountId}/enable`);
  expect(await family.survey()).toEqual([]);
  advance(1000);
  expect(await family.survey()).toEqual([]);
  const anew = await family.authorize(family.app, 'openid read write', [family.calendar.identifier]);
  await family.exchanged(family.agent, String(anew.body['access_token']), family.calendar.identifier);
});

test('D24 raising the epoch ends everything made before: tokens, grants, delegations, consents, sessions', async () => {
  const family = await newTokenFamily(scene);
  const epochs = server.behalf.services.documents.collection<Epoch>(EPOCHS);
  await raiseEpoch(epochs, 'all', now());
  expect(await family.survey()).toEqual(USES);
  advance(1000);
  await raiseEpoch(epochs, 'all', now());
  expect(await family.survey()).toEqual([]);
  const account = await family.browser.open(`${family.issuer}/account`);
  expect(account.text).toMatch(/sign in/i);
  // The person signs in anew; what the agent held before is not there any more.
  const anew = await family.authorize(family.app, 'openid read write', [family.calendar.identifier]);
  const asked = await family.exchange(family.agent, String(anew.body['access_token']), family.calendar.identifier);
  expect({ status: asked.status, error: asked.body['error'] }).toEqual({ status: 400, error: 'consent_required' });
  await family.consentTo(asked);
  await family.exchanged(family.agent, String(anew.body['access_token']), family.calendar.identifier);
});
