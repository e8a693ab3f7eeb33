/** `requested_actor` and `may_act`: a person allows one agent to act through one app (RFC 8693 §4.4, decision 14). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Identity } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser, type Page } from '../support/browser-flow.ts';
import { authorize } from '../support/front-channel.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  // Its app needs no consent page for itself.
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

/** A sign-in to the app that asks for this agent; answers the token response and the page that was shown. */
const signInFor = async (
  actor: string,
  { scope = 'openid read write', prompt }: { readonly scope?: string; readonly prompt?: string } = {},
): Promise<{ readonly answer: Answer; readonly page: Page | undefined }> => {
  const request = scene.authorizationRequest(scene.app, {
    scope,
    resource: scene.jwt.identifier,
    requested_actor: actor,
    ...(prompt ? { prompt } : {}),
  });
  let page: Page | undefined;
  const left = await scene.walk(request.url, {
    onPage: (shown) => {
      if (/act for you/i.test(shown.text)) page = shown;
    },
  });
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(left),
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
    resource: scene.jwt.identifier,
  });
  return { answer, page };
};

const exchange = (by: Identity, answer: Answer): Promise<Answer> =>
  scene.calls.exchange(scene.keyed(by), String(answer.body['access_token']), scene.jwt.identifier);

describe('an agent a client asks for', () => {
  test('is shown to the person beside the app, also by an app that needs no consent for itself', async () => {
    const actor = await scene.newAgent('Planner');
    const { answer, page } = await signInFor(actor.clientId);
    expect(page?.text).toMatch(/Desk asks you to let .*Planner.* act for you at/);
    expect(page?.text).toMatch(/Planner/);
    expect(page?.text).toMatch(/Desk/);
    const claims = decodeJwt(String(answer.body['access_token']));
    expect(claims['act']).toBeUndefined();
    expect(claims['may_act']).toEqual({ sub: actor.clientId, iss: scene.issuer, sub_profile: 'ai_agent' });
    const seen = await scene.calls.introspect(scene.jwt.credential, String(answer.body['access_token']));
    expect(seen.body).toMatchObject({ active: true, may_act: { sub: actor.clientId } });
  });

  test('exchanges the token of the app, without another page, and stands in act', async () => {
    const actor = await scene.newAgent('Doer');
    const { answer } = await signInFor(actor.clientId);
    const { answer: exchanged, event } = await audit.issued(() => exchange(actor, answer));
    const claims = decodeJwt(String(exchanged.body['access_token']));
    expect(claims).toMatchObject({ sub: scene.accountId, act: { sub: actor.clientId } });
    expect(claims['may_act']).toBeUndefined();
    expect(event).toMatchObject({ subject: scene.accountId, agent: actor.clientId });
    const ended = await scene.browser.open(`${scene.issuer}/account`);
    expect(ended.text).toMatch(/Doer/);
  });

  test('TX-04 is the only one who can: not another agent, not one whose API the token is for', async () => {
    const actor = await scene.newAgent('Named');
    const { answer } = await signInFor(actor.clientId);
    const { event } = await audit.refused(() => exchange(scene.agent, answer), {
      status: 400,
      error: 'invalid_request',
      event: 'token.refused',
    });
    expect(event.denial?.reason).toBe('subject_token_not_for_caller');
  });

  test('holds at most what the person left, what the app has, and what the agent may', async () => {
    const actor = await scene.newAgent('Limited');
    const read = await scene.management.call('GET', `/agents/${actor.clientId}`);
    await scene.management.call(
      'PATCH',
      `/agents/${actor.clientId}`,
      { authority: { [scene.jwt.identifier]: ['read'] } },
      { 'if-match': String(read.headers.get('etag')) },
    );
    const { answer } = await signInFor(actor.clientId, { prompt: 'consent' });
    const exchanged = await exchange(actor, answer);
    expect(exchanged.body['scope']).toBe('read');
  });

  test('is asked about again when it is another one, and not when it is the same', async () => {
    const one = await scene.newAgent('One');
    const other = await scene.newAgent('Other');
    expect((await signInFor(one.clientId)).page).toBeDefined();
    expect((await signInFor(one.clientId)).page).toBeUndefined();
    expect((await signInFor(other.clientId)).page).toBeDefined();
  });

  test('cannot exchange any more when the person ended what it was allowed', async () => {
    const actor = await scene.newAgent('Ended');
    const { answer } = await signInFor(actor.clientId);
    const token = decodeJwt(String((await exchange(actor, answer)).body['access_token']));
    await scene.management.call('POST', `/delegations/${token['delegation']}/revoke`);
    expect((await exchange(actor, answer)).body['error']).toBe('consent_required');
  });

  test.each([
    ['no agent', () => 'agt_nobody'],
    ['an app', () => scene.app.clientId],
    ['two', () => [scene.agent.clientId, scene.agent.clientId]],
  ])('that is %s is refused before any user is asked', async (_, value) => {
    const { parameters } = scene.authorizationRequest(scene.app, {
      scope: 'openid read',
      resource: scene.jwt.identifier,
      requested_actor: value(),
    });
    const answer = await authorize(newBrowser(scene.issuer), scene.calls.endpoints.authorization, parameters);
    expect(answer.parameters['error'] ?? answer.body['error']).toBe('invalid_request');
  });

  test('is not for agents to ask for', async () => {
    const { parameters } = scene.authorizationRequest(scene.agent, {
      scope: 'openid read',
      resource: scene.jwt.identifier,
      requested_actor: scene.agent.clientId,
    });
    const answer = await authorize(newBrowser(scene.issuer), scene.calls.endpoints.authorization, parameters);
    expect(answer.parameters['error'] ?? answer.body['error']).toBe('invalid_request');
  });

  test('that is suspended in between gets nothing', async () => {
    const actor = await scene.newAgent('Stopped');
    const { answer } = await signInFor(actor.clientId);
    await scene.management.call('POST', `/agents/${actor.clientId}/suspend`);
    expect((await exchange(actor, answer)).status).toBe(401);
  });
});
