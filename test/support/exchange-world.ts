/**
 * A server on which a family of tokens is exchanged (RFC 8693). The clock stands still. A family is made anew before a test
 * when a test broke it, or when its tokens are a minute old.
 */
import { expect } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { Identity, KeyPair } from './agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from './audit-watch.ts';
import { ACCESS_TOKEN_TYPE, type Answer, type Credential, EXCHANGE, type Parameters } from './oauth-calls.ts';
import { type RunningServer, type RunOptions, runServer } from './running-server.ts';
import { makeScene, type Scene } from './scene.ts';
import { now, startClock, stopClock } from './stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from './token-family.ts';

export const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
export const MAX_DEPTH = 3;

export const tokenOf = ({ status, body, text }: Answer): string => {
  if (typeof body['access_token'] !== 'string') throw new Error(`no token: ${status} ${text}`);
  return body['access_token'];
};
export const denialOf = ({ body }: Answer): Record<string, unknown> =>
  (body['denial'] ?? {}) as Record<string, unknown>;

type Why = {
  readonly error: string;
  readonly layer?: string;
  readonly reason?: string;
  readonly status?: number;
};

/** `start` starts the server. Each test file makes a world of its own. */
export const exchangeWorld = () => {
  let server: RunningServer | undefined;
  let scene: Scene;
  let audit: AuditWatch;
  let family: TokenFamily;
  let madeAt = 0;
  let isWhole = false;

  const keyed = (identity: Identity): Credential => scene.keyed(identity);

  const exchange = (by: Identity, form: Parameters, dpop?: KeyPair): Promise<Answer> =>
    scene.calls.token(
      keyed(by),
      { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN_TYPE, resource: family.calendar.identifier, ...form },
      dpop ? { dpop } : {},
    );

  return {
    async start(options: Pick<RunOptions, 'between'> = {}) {
      stopClock();
      server = await runServer({
        ...options,
        environment: {
          ...COUNT_EACH_SECOND,
          BEHALF__DELEGATION__MAXDEPTH: String(MAX_DEPTH),
          BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
          BEHALF__PASSWORDS__ARGON2PASSES: '1',
        },
      });
      scene = await makeScene(server);
      audit = auditWatch(server);
      return { server, scene, audit };
    },
    async close(): Promise<void> {
      await server?.close();
      startClock();
    },
    /** Each look at the audit log takes a second, and tokens live five minutes. */
    async wholeFamily(): Promise<TokenFamily> {
      if (now() < madeAt + 60 && isWhole) return family;
      family = await newTokenFamily(scene);
      [madeAt, isWhole] = [now(), true];
      return family;
    },
    /** For a test that breaks the family. */
    breakFamily(): void {
      isWhole = false;
    },
    keyed,
    exchange,
    /** The agent exchanges the token of the app. */
    ofApp: (form: Parameters = {}, by = family.agent): Promise<Answer> =>
      exchange(by, { subject_token: family.tokens.appCalendar, ...form }),
    /** Status, error, the denial in the answer, and the same denial in the one event. */
    async refused(work: () => Promise<Answer>, why: Why): Promise<{ answer: Answer; event: AuditEvent }> {
      const { answer, event } = await audit.refused(work, {
        status: why.status ?? 400,
        error: why.error,
        event: 'token.refused',
      });
      const { id, layer, reason } = denialOf(answer);
      expect({ layer, reason }).toEqual({ layer: why.layer, reason: why.reason });
      expect(event.denial).toMatchObject({ id, layer: why.layer, reason: why.reason });
      return { answer, event };
    },
  };
};
