/** A directory at a server under test: its client, its token, and calls of the SCIM endpoints as it sends them. */
import type { Management } from './management.ts';
import { type Answer, answerOf, post } from './oauth-calls.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const AGENT = 'urn:ietf:params:scim:schemas:core:2.0:Agent';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export type DirectoryUnderTest = Awaited<ReturnType<typeof makeDirectory>>;

/** `isKnown: false`: the client has the scope, and no directory. */
export const makeDirectory = async (
  { issuer, management }: { readonly issuer: string; readonly management: Management },
  settings: Readonly<Record<string, unknown>> & { readonly name: string },
  { isKnown = true }: { readonly isKnown?: boolean } = {},
) => {
  const base = `${issuer}/scim/v2`;
  const client = await management.createClient({
    name: `Client of ${settings.name}`,
    grant_types: ['client_credentials'],
    authority: { [base]: ['scim:provision'] },
  });
  const made = isKnown
    ? (await management.call('POST', '/directories', { client: client.id, ...settings })).body
    : undefined;
  const basic = Buffer.from(`${client.id}:${String(client['client_secret'])}`).toString('base64');
  /** Directories ask anew when a token ends, which is 300 s here. */
  let held = { bearer: '', until: 0 };
  const renew = async (): Promise<void> => {
    const token = await post(
      `${issuer}/token`,
      { grant_type: 'client_credentials', resource: base, scope: 'scim:provision' },
      { authorization: `Basic ${basic}` },
    );
    if (token.status !== 200) throw new Error(`no token for the directory: ${token.text}`);
    const lives = Number(token.body['expires_in']) * 1000;
    held = { bearer: String(token.body['access_token']), until: performance.now() + lives * 0.8 };
  };
  await renew();

  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly headers: Headers }> => {
    if (performance.now() > held.until) await renew();
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${held.bearer}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const { headers: received } = response;
    return { ...(await answerOf(response)), headers: received };
  };

  const find = (filter: string) => call('GET', `/Users?filter=${encodeURIComponent(filter)}`);

  return {
    id: String(made?.['id']),
    client: client.id,
    /** Of the client, with which it gets tokens. */
    secret: String(client['client_secret']),
    get bearer() {
      return held.bearer;
    },
    call,
    find,
    create: (userName: string, more: object = {}) => call('POST', '/Users', { schemas: [USER], userName, ...more }),
    patch: (id: string, ...operations: readonly object[]) =>
      call('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: operations }),
    createAgent: (agentUserName: string, owner: string, more: object = {}) =>
      call('POST', '/Agents', { schemas: [AGENT], agentUserName, owners: [{ value: owner }], ...more }),
    patchAgent: (id: string, ...operations: readonly object[]) =>
      call('PATCH', `/Agents/${id}`, { schemas: [PATCH], Operations: operations }),
    createGroup: (displayName: string, members: readonly string[] = [], more: object = {}) =>
      call('POST', '/Groups', { schemas: [GROUP], displayName, members: members.map((value) => ({ value })), ...more }),
    patchGroup: (id: string, ...operations: readonly object[]) =>
      call('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations: operations }),
  };
};
