/** Reads of an exchange that begin while the server waits whether the assertion of the client was used before. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { clientAssertion } from '../support/agent-keys.ts';
import type { AuditWatch } from '../support/audit-watch.ts';
import { exchangeWorld } from '../support/exchange-world.ts';
import { ACCESS_TOKEN_TYPE, type Answer, EXCHANGE } from '../support/oauth-calls.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { Scene } from '../support/scene.ts';
import { advance } from '../support/stopped-clock.ts';
import type { TokenFamily } from '../support/token-family.ts';
import { until } from '../support/until.ts';

const world = exchangeWorld();
let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let family: TokenFamily;
/** Collections in which a document was read or looked for. */
let reads: string[] = [];

const watched = (documents: DocumentStore): DocumentStore => ({
  ...documents,
  collection(declaration) {
    const collection = documents.collection<never>(declaration);
    const noted =
      <A extends unknown[], R>(read: (...given: A) => Promise<R>) =>
      (...given: A): Promise<R> => {
        reads.push(declaration.name);
        return read(...given);
      };
    return { ...collection, get: noted(collection.get), find: noted(collection.find) };
  },
});

beforeAll(async () => {
  ({ server, scene, audit } = await world.start({ between: watched }));
});
afterAll(world.close);
beforeEach(async () => {
  family = await world.wholeFamily();
});

const READ_AHEAD = ['sessions', 'delegations'];

/** Sends the request, and calls `meanwhile` when its reads have begun and the assertion is not claimed yet. */
const whileClaiming = async (send: () => Promise<Answer>, meanwhile: () => Promise<void> | void): Promise<Answer> => {
  const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  server.faults.beforeClaim = () => {
    reached.resolve();
    return held.promise;
  };
  reads = [];
  const answer = send();
  await reached.promise;
  server.faults.beforeClaim = undefined;
  await until(() => READ_AHEAD.every((name) => reads.includes(name)), { what: 'each read ahead' });
  await meanwhile();
  held.resolve();
  return answer;
};

const exchangeWith = (assertion: string): Promise<Answer> =>
  scene.calls.token(
    { kind: 'assertion', clientId: family.agent.clientId, assertion },
    {
      ...{ grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN_TYPE, subject_token: family.tokens.appCalendar },
      resource: family.calendar.identifier,
    },
  );

test('the session and the delegation are read before the answer, and not again', async () => {
  let before: readonly string[] = [];
  await audit.issued(() =>
    whileClaiming(
      () => world.ofApp(),
      () => {
        before = reads;
        reads = [];
      },
    ),
  );
  expect(before).toEqual(expect.arrayContaining(READ_AHEAD));
  expect(reads).not.toContain('sessions');
});

test('an assertion that was used before is refused first, though reads have begun (CA-04)', async () => {
  const once = await clientAssertion(family.agent, server.issuer);
  await audit.issued(() => exchangeWith(once));
  const refused = { status: 401, error: 'invalid_client' };
  const { answer } = await audit.refused(
    () =>
      whileClaiming(
        () => exchangeWith(once),
        () => undefined,
      ),
    refused,
  );
  expect(answer.body).not.toHaveProperty('denial');
});

test('what was read 200 ms before is read again: a session that ended meanwhile is noticed', async () => {
  world.breakFamily();
  const { sessions } = server.behalf.services;
  const endSessions = async (): Promise<void> => {
    for (const { id } of await sessions.ofAccount(family.accountId))
      await sessions.end(id, { account: family.accountId, caller: family.agent.clientId }, 'signed_out');
    advance(200);
  };
  const { event } = await world.refused(() => whileClaiming(() => world.ofApp(), endSessions), {
    error: 'invalid_request',
    layer: 'subject_token',
    reason: 'subject_token_not_live',
  });
  expect(event.inputs).toMatchObject({ subjectToken: { end: 'session_ended' } });
});
