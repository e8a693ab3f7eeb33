/**
 * Plain OAuth requests for demo, campaigns and tests: one function a request, the answer as it came.
 * Nothing is thrown for a refusal; the caller checks `status`. Endpoints come from discovery.
 */
import { assertionParameters, dpopProof, type Identity, type KeyPair } from './agent-keys.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON object of the answer; `{}` when it was none. */
  readonly body: { readonly [member: string]: unknown };
  readonly text: string;
};

export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How the caller authenticates. */
export type Credential =
  | { readonly kind: 'key'; readonly identity: Identity }
  | { readonly kind: 'assertion'; readonly clientId: string; readonly assertion: string }
  | { readonly kind: 'basic'; readonly clientId: string; readonly secret: string }
  | { readonly kind: 'public'; readonly clientId: string };

export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const CIBA = 'urn:openid:params:grant-type:ciba';
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

/** application/x-www-form-urlencoded; a list repeats the parameter, undefined leaves it out. */
export const formOf = (parameters: Parameters): URLSearchParams => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) form.append(name, one);
  }
  return form;
};

export const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  let body: Answer['body'] = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) body = parsed as Answer['body'];
  } catch {
    // Not JSON: the text is there.
  }
  return { status: response.status, headers: response.headers, body, text };
};

export const post = async (
  url: string,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  answerOf(await fetch(url, { method: 'POST', body: formOf(parameters), headers, redirect: 'manual' }));

/** The form parameters and headers that authenticate; a key signs a fresh assertion each time. */
export const authentication = async (
  credential: Credential,
  issuer: string,
): Promise<{ readonly parameters: Record<string, string>; readonly headers: Record<string, string> }> => {
  switch (credential.kind) {
    case 'key':
      return {
        parameters: {
          client_id: credential.identity.clientId,
          ...(await assertionParameters(credential.identity, issuer)),
        },
        headers: {},
      };
    case 'assertion':
      return {
        parameters: {
          client_id: credential.clientId,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: credential.assertion,
        },
        headers: {},
      };
    case 'basic': {
      const pair = `${encodeURIComponent(credential.clientId)}:${encodeURIComponent(credential.secret)}`;
      return { parameters: {}, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
    }
    case 'public':
      return { parameters: { client_id: credential.clientId }, headers: {} };
  }
};

export type Endpoints = {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly par: string;
  readonly device: string;
  readonly backchannel: string;
  readonly introspection: string;
  readonly revocation: string;
  readonly userinfo: string;
  readonly endSession: string;
  readonly jwks: string;
};

export const discover = async (issuer: string): Promise<Endpoints> => {
  const { body } = await answerOf(await fetch(`${issuer}/.well-known/openid-configuration`));
  const endpoint = (name: string): string => String(body[name]);
  return {
    issuer,
    authorization: endpoint('authorization_endpoint'),
    token: endpoint('token_endpoint'),
    par: endpoint('pushed_authorization_request_endpoint'),
    device: endpoint('device_authorization_endpoint'),
    backchannel: endpoint('backchannel_authentication_endpoint'),
    introspection: endpoint('introspection_endpoint'),
    revocation: endpoint('revocation_endpoint'),
    userinfo: endpoint('userinfo_endpoint'),
    endSession: endpoint('end_session_endpoint'),
    jwks: endpoint('jwks_uri'),
  };
};

export type OAuthCalls = ReturnType<typeof oauthCalls>;

/** The requests a client makes at `endpoints`. */
export const oauthCalls = (endpoints: Endpoints) => {
  const call = async (
    url: string,
    credential: Credential,
    parameters: Parameters,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const proof = await authentication(credential, endpoints.issuer);
    return post(url, { ...proof.parameters, ...parameters }, { ...proof.headers, ...headers });
  };
  return {
    endpoints,
    /** Any request to the token endpoint; `dpop` adds a fresh proof by that key. */
    token: async (
      credential: Credential,
      parameters: Parameters,
      options: { readonly dpop?: KeyPair; readonly headers?: Record<string, string> } = {},
    ): Promise<Answer> =>
      call(endpoints.token, credential, parameters, {
        ...(options.dpop ? { dpop: await dpopProof(options.dpop, { method: 'POST', url: endpoints.token }) } : {}),
        ...options.headers,
      }),
    /** RFC 8693: trades `subjectToken` for one that names the caller as actor. */
    exchange: (
      credential: Credential,
      subjectToken: string,
      resource: string,
      more: Parameters = {},
    ): Promise<Answer> =>
      call(endpoints.token, credential, {
        grant_type: EXCHANGE,
        subject_token: subjectToken,
        subject_token_type: ACCESS_TOKEN_TYPE,
        resource,
        ...more,
      }),
    push: (credential: Credential, parameters: Parameters): Promise<Answer> =>
      call(endpoints.par, credential, parameters),
    device: (credential: Credential, parameters: Parameters): Promise<Answer> =>
      call(endpoints.device, credential, parameters),
    /** CIBA: asks a person. */
    backchannel: (credential: Credential, parameters: Parameters): Promise<Answer> =>
      call(endpoints.backchannel, credential, parameters),
    /** CIBA: asks whether the person has decided. */
    poll: (credential: Credential, authReqId: string): Promise<Answer> =>
      call(endpoints.token, credential, { grant_type: CIBA, auth_req_id: authReqId }),
    introspect: (credential: Credential, token: string): Promise<Answer> =>
      call(endpoints.introspection, credential, { token }),
    revoke: (credential: Credential, token: string): Promise<Answer> =>
      call(endpoints.revocation, credential, { token }),
    userinfo: async (accessToken: string): Promise<Answer> =>
      answerOf(await fetch(endpoints.userinfo, { headers: { authorization: `Bearer ${accessToken}` } })),
  };
};
