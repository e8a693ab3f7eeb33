/** A resource server that reports, by the reference page alone. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { basic } from './authzen-client.ts';
import { type Answer, answerOf } from './oauth-calls.ts';
import type { ResourceServerFacts } from './scene.ts';

export type ReportResult = {
  readonly id?: string;
  readonly status: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

export const PATH = '/access/v1/reports';

export const credentialOf = ({ credential }: Pick<ResourceServerFacts, 'credential'>): string => {
  if (credential.kind !== 'basic') throw new TypeError('a secret is needed');
  return basic(credential.clientId, credential.secret);
};

/** Sends a body as it is. */
export const sendReports = async (
  issuer: string,
  authorization: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  answerOf(
    await fetch(`${issuer}${PATH}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body,
    }),
  );

/** A report about a JWT, which happened now. */
export const reportOf = (token: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id: randomUUID(),
  time: Math.floor(Date.now() / 1000),
  jti: String(decodeJwt(token).jti),
  tool: 'calendar.create',
  outcome: 'done',
  ...more,
});

export const resultsOf = ({ status, body, text }: Answer): readonly ReportResult[] => {
  if (status !== 200) throw new Error(`reports: ${status} ${text}`);
  return body['results'] as readonly ReportResult[];
};
