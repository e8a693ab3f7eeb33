/**
 * Step-up of a person whose client cannot repeat its authorization request. The server has a page for the person; after that a
 * newer sign-in counts for this API for some minutes, and the client calls again with the same token.
 */
import type { Access } from './access.ts';
import type { HttpClient } from './http-client.ts';
import type { Authenticate } from './introspection.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import { invalidToken, Refusal, unavailable } from './refusal.ts';
import type { Requirement } from './requirement.ts';

/**
 * Asks the server about an access whose sign-in is not enough. Resolves if the person has confirmed a sign-in that is. Throws
 * Refusal: the given one, with the page for the person where there is one; `invalid_token` for a token that has ended; 503 if the
 * server cannot be asked.
 */
export type CheckStepUp = (access: Access, requirement: Requirement, refusal: Refusal) => Promise<void>;

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null;

const withPage = (refusal: Refusal, { url, expires_in: expiresIn }: Body, issuer: string): Refusal => {
  // The person is sent there: no other host may come out of an answer.
  const isOwn = typeof url === 'string' && URL.canParse(url) && new URL(url).origin === new URL(issuer).origin;
  if (!isOwn || typeof expiresIn !== 'number') throw unavailable('step_up_malformed', 'the page is none of the server');
  const { code, facts } = refusal;
  const remedies = facts.remedies?.map((remedy) =>
    remedy['kind'] === 'step_up' ? { ...remedy, url, expires_in: expiresIn } : remedy,
  );
  return new Refusal(code, { ...facts, ...(remedies ? { remedies } : {}) });
};

export const stepUpCheck = (
  issuer: string,
  authenticate: Authenticate,
  metadata: IssuerMetadata,
  http: HttpClient,
): CheckStepUp => {
  return async ({ token }, { acrValues, maxAge }, refusal) => {
    const endpoint = await metadata.endpoint('step_up_endpoint');
    const { authorization } = await authenticate();
    const question = {
      token,
      ...(acrValues === undefined ? {} : { acr_values: acrValues.join(' ') }),
      ...(maxAge === undefined ? {} : { max_age: maxAge }),
    };
    const init = {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    };
    // 409: no page can help. 429: this person was asked too often.
    const { status, body } = await http.json(endpoint, init, [200, 404, 409, 429]);
    if (status === 404) throw invalidToken('token_inactive', 'The token is not active.');
    if (status !== 200) throw refusal;
    if (isObject(body['confirmed'])) return;
    if (!isObject(body['page'])) throw unavailable('step_up_malformed', `${endpoint}: the answer has no page`);
    throw withPage(refusal, body['page'], issuer);
  };
};
