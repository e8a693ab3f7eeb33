import { importJWK, SignJWT } from 'jose';
import type { HttpClient } from './http-client.ts';
import type { IssuerMetadata } from './issuer-metadata.ts';
import type { ClaimsOfToken } from './jwt-tokens.ts';
import type { Credential } from './options.ts';
import { invalidToken, unavailable } from './refusal.ts';
import type { Settings } from './settings.ts';

const ASSERTION_SECONDS = 60;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What authenticates this API at the authorization server. */
export type Authentication = {
  /** At an endpoint that takes a form. */
  readonly form: {
    readonly headers: Readonly<Record<string, string>>;
    readonly parameters: Readonly<Record<string, string>>;
  };
  /** The value of `Authorization` at an endpoint that takes JSON. */
  readonly authorization: string;
};

/** Makes a new authentication for each request. Throws Refusal (503) for a key that cannot be used. */
export type Authenticate = () => Promise<Authentication>;

/** Authenticates by `private_key_jwt`, audience the issuer (RFC 7523 §3), or by a secret in `Authorization`. */
export const authenticator = (
  credential: Credential,
  { issuer, clock }: Pick<Settings, 'issuer' | 'clock'>,
): Authenticate => {
  if ('clientSecret' in credential) {
    // Form-encoded before they are joined (RFC 6749 §2.3.1).
    const encoded = [credential.clientId, credential.clientSecret].map((text) =>
      new URLSearchParams({ text }).toString().slice('text='.length),
    );
    const authorization = `Basic ${btoa(encoded.join(':'))}`;
    return async () => ({ form: { headers: { authorization }, parameters: {} }, authorization });
  }
  const { clientId, privateKey } = credential;
  const key = importJWK(privateKey, privateKey.alg).catch((error: Error) => error);
  return async () => {
    const usable = await key;
    if (usable instanceof Error)
      throw unavailable('credential_unusable', `introspection.privateKey: ${usable.message}`);
    const now = Math.floor(clock());
    const header = { alg: String(privateKey.alg), ...(privateKey.kid === undefined ? {} : { kid: privateKey.kid }) };
    const assertion = await new SignJWT({})
      .setProtectedHeader(header)
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setJti(crypto.randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + ASSERTION_SECONDS)
      .sign(usable);
    const parameters = { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
    return { form: { headers: {}, parameters }, authorization: `Bearer ${assertion}` };
  };
};

/**
 * Asks the issuer whether a token is active (RFC 7662), each time anew. Throws Refusal: `invalid_token` for an inactive token, 503
 * if the server does not answer or refuses this API.
 */
export const introspection = (
  authenticate: Authenticate,
  metadata: IssuerMetadata,
  http: HttpClient,
): ClaimsOfToken => {
  return async (token) => {
    const endpoint = await metadata.endpoint('introspection_endpoint');
    const { headers, parameters } = (await authenticate()).form;
    const { body } = await http.json(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token, token_type_hint: 'access_token', ...parameters }).toString(),
    });
    if (body['active'] === true) return body;
    if (body['active'] === false) throw invalidToken('token_inactive', 'The token is not active.');
    throw unavailable('introspection_malformed', `${endpoint}: the answer has no active`);
  };
};
