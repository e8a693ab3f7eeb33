/** One-time credentials over a crash, a restart and the loss of a cache. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { clientAssertion, newKeyPair } from '../support/agent-keys.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Answer, type Parameters, post } from '../support/oauth-calls.ts';
import {
  fresh,
  isLive,
  KINDS,
  newWorld,
  REFUSED,
  redeem,
  refreshing,
  type World,
} from '../support/one-time-credentials.ts';
import { runServer } from '../support/running-server.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

beforeAll(stopClock);
afterAll(startClock);

/** The store as one that commits no several documents at once (decision 55). */
const withoutCommit = ({ commit: _, ...documents }: DocumentStore): DocumentStore => documents;

describe('a crash, a restart, a cache that is lost', () => {
  const restarted = async (before: World, options: object = {}): Promise<World> => {
    await before.server.close({ keepData: true });
    const server = await runServer({
      stores: 'sqlite',
      environment: COUNT_EACH_SECOND,
      after: { dataFolder: before.server.dataFolder, port: before.server.port },
      ...options,
    });
    // The scene speaks to the same address; its clients and people are in the same file.
    return { server, scene: before.scene, audit: auditWatch(server) };
  };

  test.each([
    ['everything is kept', {}],
    ['what may be lost is lost', { losesEphemeral: true }],
  ])('OT-07 what was used stays used after a restart in which %s', async (_how, options) => {
    let here = await newWorld(await runServer({ stores: 'sqlite', environment: COUNT_EACH_SECOND, ...options }));
    const used: Record<string, string>[] = [];
    const won: Answer[] = [];
    for (const kind of KINDS) {
      const credential = await fresh(here, kind);
      used.push(credential);
      won.push((await here.audit.issued(() => redeem(here, credential))).answer);
    }
    const unused = await fresh(here, 'refresh token');
    const assertion = await clientAssertion(here.scene.agent, here.scene.issuer);
    const assert = () =>
      post(here.scene.calls.endpoints.token, {
        grant_type: 'client_credentials',
        resource: here.scene.jwt.identifier,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      });
    await here.audit.issued(assert);

    here = await restarted(here, options);
    try {
      if (!('losesEphemeral' in options)) {
        await here.audit.refused(assert, { status: 401, error: 'invalid_client' });
      }
      // What another process marked is a replay only when it cannot have been under way together (docs/explanation/decisions/0008).
      advance(5_000);
      for (const credential of used) await here.audit.refused(() => redeem(here, credential), REFUSED);
      // A refresh token is remembered for good: its replay ended its family, the other grants live.
      expect(await isLive(here, won[1] as Answer)).toBe(false);
      await here.audit.issued(() => redeem(here, unused));

      // A clock that is put back, and one that jumps ahead.
      advance(-3600_000);
      for (const credential of used) await here.audit.refused(() => redeem(here, credential), REFUSED);
      advance(7200_000);
      for (const credential of used) await here.audit.refused(() => redeem(here, credential), REFUSED);
    } finally {
      await here.server.close();
    }
  });

  test.each([
    ['the order of decision 9', { between: withoutCommit }],
    ['one transaction', {}],
  ])(
    'OT-04 a stop between consumption and the new token, in %s: no second child, and bound clients lose nothing',
    async (_how, options) => {
      let here = await newWorld(await runServer({ stores: 'sqlite', environment: COUNT_EACH_SECOND, ...options }));
      try {
        const { scene } = here;
        const key = await newKeyPair();
        const pocket = await scene.management.createClient({
          name: 'Pocket',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: [REDIRECT_URI],
          skip_consent: true,
        });
        const asPocket = async (parameters: Parameters) =>
          scene.calls.token({ kind: 'public', clientId: pocket.id }, parameters, { dpop: key });
        const bound = await asPocket(
          await scene.newCode(scene.jwt.identifier, undefined, { clientId: pocket.id, key }),
        );
        expect(bound.body['token_type']).toBe('DPoP');
        const rotated = await fresh(here, 'refresh token');
        const sibling = { body: await scene.newTokens(scene.jwt.identifier) } as Answer;

        // The mark is durable and what comes after it is not, or neither is.
        here.server.faults.failingWrites = new Set(['provider_records']);
        for (const request of [() => redeem(here, rotated), () => redeem(here, rotated)]) {
          const { status, body } = await request();
          expect(body['access_token']).toBeUndefined();
          expect([400, 503]).toContain(status);
        }
        // A sender-constrained refresh token does not rotate (decision D10): nothing to lose.
        await here.audit.issued(() => asPocket(refreshing(here, bound)));

        here = await restarted(here, options);
        if (!('between' in options)) await here.audit.issued(() => redeem(here, rotated));
        await here.audit.refused(() => redeem(here, rotated), REFUSED);
        await here.audit.issued(() => asPocket(refreshing(here, bound)));
        await here.audit.issued(() => redeem(here, refreshing(here, sibling)));
      } finally {
        await here.server.close();
      }
    },
  );
});
