/** A server on which agents ask people for consent, and what browsers answer. */
import { expect } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import { type Browser, fillForm, newBrowser, type Page, type Person, submitSignIn } from './browser-flow.ts';
import { type FrontAnswer, frontRequest } from './front-channel.ts';
import type { Form } from './html-forms.ts';
import type { Parameters } from './oauth-calls.ts';
import { type RunningServer, runServer } from './running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from './scene.ts';
import { startClock, stopClock } from './stopped-clock.ts';

export const OTHER_REDIRECT = 'https://app.example.com/other';
export const HOUR = 3600;

export let server: RunningServer;
export let scene: Scene;
export let watch: AuditWatch;
export let bob: Person & { readonly id: string };

/** Starts the server for a test file. */
export const startConsent = async (): Promise<void> => {
  stopClock();
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' } });
  scene = await makeScene(server, { skipConsent: false });
  watch = auditWatch(server);
  const person = { username: 'bob', password: 'another long pass phrase' };
  bob = { ...person, id: (await scene.management.createAccount({ ...person, name: 'Bob' })).id };
};

/** Closes it. */
export const closeConsent = async (): Promise<void> => {
  await server?.close();
  startClock();
};

export const isSignIn = ({ fields }: Form): boolean => fields.some(({ type }) => type === 'password');
export const isDecision = ({ buttons }: Form): boolean => buttons.some(({ name }) => name === 'decision');
export const isSwitch = ({ action }: Form): boolean => action.endsWith('/switch');

export const formIn = (page: Page, wanted: (form: Form) => boolean): Form => {
  const form = page.forms.find(wanted);
  if (!form) throw new Error(`no such form on ${page.url} (${page.status}): ${page.text.slice(0, 300)}`);
  return form;
};

export const newAgent = async (more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await scene.management.createAgent({
    name: 'Planner',
    owner: scene.accountId,
    purpose: 'Finds free days',
    environment: 'production',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [REDIRECT_URI, OTHER_REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    resource_servers: [scene.jwt.id],
    ...more,
  });
  return { clientId: made.id, key };
};

export type Asked = {
  readonly identity: Identity;
  readonly parameters?: Parameters;
  readonly person?: Person;
  readonly browser?: Browser;
};

/** An authorization request up to the consent page, or to where it leads without one. */
export const ask = async ({
  identity,
  parameters = {},
  person = scene.person,
  browser = newBrowser(server.issuer),
}: Asked) => {
  const request = scene.authorizationRequest(identity, {
    scope: 'read write',
    resource: scene.jwt.identifier,
    ...(parameters as Record<string, string>),
  });
  let page = await browser.open(request.url);
  if (page.forms.some(isSignIn)) page = await submitSignIn(browser, page, person);
  const uid = new URL(page.url).pathname.split('/').at(-1) ?? '';
  return { browser, page, uid, request, redirectUri: String(request.parameters.redirect_uri) };
};

export type Asking = Awaited<ReturnType<typeof ask>>;

export const press = (asking: Asking, button: 'allow' | 'deny', keep?: (scope: string) => boolean): Promise<Page> =>
  asking.browser.submit(asking.page, formIn(asking.page, isDecision), {
    button: new RegExp(`=${button}$`),
    ...(keep ? { check: (name, value) => (name === 'scope' ? keep(value) : undefined) } : {}),
  });

/** Sends a body to where the decision goes; follows nothing. */
export const decide = (
  asking: Asking,
  body: URLSearchParams | string,
  browser = asking.browser,
  init: RequestInit = {},
) =>
  frontRequest(browser, new URL(formIn(asking.page, isDecision).action, asking.page.url).href, {
    method: 'POST',
    body: typeof body === 'string' ? new URLSearchParams(body) : body,
    ...init,
  });

export const answerOf = (asking: Asking, button: 'allow' | 'deny' = 'allow'): URLSearchParams =>
  fillForm(formIn(asking.page, isDecision), { button: new RegExp(`=${button}$`) });

export const redeem = async (identity: Identity, { left }: Page, { request, redirectUri }: Asking) => {
  const { body } = await scene.calls.token(scene.keyed(identity), {
    grant_type: 'authorization_code',
    code: left?.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: request.verifier,
    resource: scene.jwt.identifier,
  });
  return body;
};

export const held = (identity: Identity, subject = scene.accountId) =>
  server.behalf.services.delegations.consented(subject, identity.clientId, scene.jwt.identifier);

export const consents = async (identity: Identity): Promise<readonly AuditEvent[]> =>
  (await server.events()).filter(({ type, agent }) => /^consent\./.test(type) && agent === identity.clientId);

/** Expects the request to be refused, with exactly one event; `caller` when the caller was known. */
export const expectRefusal = async (
  work: () => Promise<FrontAnswer>,
  expected: { readonly status: number; readonly error: string; readonly event?: string; readonly caller?: string },
): Promise<void> => {
  const { result, events } = await watch.during(work);
  const refusals = events.filter(({ outcome }) => outcome === 'refused');
  expect({ status: result.status, error: result.body['error'], location: result.location }).toEqual({
    status: expected.status,
    error: expected.error,
    location: undefined,
  });
  expect(refusals.map(({ type, error, caller }) => ({ type, error, caller }))).toEqual([
    { type: 'request.refused', error: expected.event ?? expected.error, caller: expected.caller },
  ]);
  expect(events.map(({ type }) => type)).not.toContain('consent.granted');
};
