/**
 * A client of the management API (`<issuer>/api/v1`), as an operator's script would write it: gets
 * its token with the key file that the first start wrote, and makes accounts, agents, clients and
 * resource servers. A refusal is thrown with the problem's text.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JWK } from 'jose';
import { systemClock } from '../../adapters/node/clock.ts';
import { writeLocalProof } from '../../adapters/node/local-proofs.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { clientAssertion, type Identity, keyPairFromJwk, newKeyPair } from './agent-keys.ts';
import { type Answer, answerOf, post } from './oauth-calls.ts';

export type Member = Readonly<Record<string, unknown>>;
const needsFactor = ({ body }: Answer): boolean =>
  body['type'] === 'urn:behalf:problem:insufficient_user_authentication';

type Made = { readonly id: string } & Member;

export type Management = Awaited<ReturnType<typeof managementFromKeyFile>>;

/** `file` is `<data>/administrator.json` or `<data>/operator.json`. */
export const managementFromKeyFile = async (file: string) => {
  const { issuer, client_id, private_key } = JSON.parse(await readFile(file, 'utf8')) as {
    issuer: string;
    client_id: string;
    private_key: JWK;
  };
  const administrator = { clientId: client_id, key: await keyPairFromJwk(private_key) };
  const base = `${issuer}/api/v1`;
  const tokens = new Map<string, { readonly value: string; readonly expiresAt: number }>();

  const accessToken = async (identity: Identity = administrator): Promise<string> => {
    const known = tokens.get(identity.clientId);
    if (known && known.expiresAt > Date.now()) return known.value;
    const answer = await post(`${issuer}/token`, {
      grant_type: 'client_credentials',
      resource: base,
      client_id: identity.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion(identity, issuer),
    });
    if (answer.status !== 200) throw new Error(`no management token: ${answer.status} ${answer.text}`);
    const value = String(answer.body['access_token']);
    const expiresAt = Date.now() + Number(answer.body['expires_in']) * 1000 - 20_000;
    tokens.set(identity.clientId, { value, expiresAt });
    return value;
  };

  /** What `--local` of the command line sends. */
  const localProof = (clientId = administrator.clientId) => ({
    'behalf-local-proof': writeLocalProof(dataFolder(dirname(file)).localProofs, clientId, systemClock),
  });

  /** One call, the answer as it came. */
  const callOnce = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    as: Identity = administrator,
  ): Promise<Answer> =>
    answerOf(
      await fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await accessToken(as)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );

  /** The same; a call that takes a second factor is repeated with a proof of this machine, as by `--local`. */
  const call: typeof callOnce = async (method, path, body, headers = {}, as = administrator) => {
    let answer = await callOnce(method, path, body, headers, as);
    // Of several nodes only the one with this folder knows the proof.
    for (let attempt = 0; attempt < 8 && needsFactor(answer); attempt += 1) {
      answer = await callOnce(method, path, body, { ...headers, ...localProof(as.clientId) }, as);
    }
    return answer;
  };

  const expectOk = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const create = async (path: string, body: Member): Promise<Made> => (await expectOk('POST', path, body)).body as Made;

  /** A script of each owner's, which accepts agents in that one's name. */
  const scripts = new Map<unknown, Promise<Identity>>();
  const scriptOf = (owner: unknown): Promise<Identity> => {
    const made = scripts.get(owner) ?? newScript(owner);
    scripts.set(owner, made);
    return made;
  };
  /** A back end that stands for `owner`, with the role operator and all scopes of the API. `more`: other members. */
  const newScript = async (owner: unknown, more: Member = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const client = await create('/clients', {
      name: 'Script',
      owner,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      authority: { [base]: ['*'] },
      roles: ['operator'],
      ...more,
    });
    return { clientId: client.id, key };
  };
  const acceptAs = async (owner: unknown, agent: string): Promise<Answer> => {
    const path = `/agents/${agent}/acceptance`;
    const answer = await call('POST', path, undefined, {}, await scriptOf(owner));
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const createAgent = async (agent: Member): Promise<Made> => {
    const made = await create('/agents', agent);
    if (made['state'] !== 'pending') return made;
    const { owner } = agent;
    // Of a group its first member accepts.
    const members = String(owner).startsWith('grp_')
      ? (await call('GET', `/groups/${owner}`)).body['members']
      : [owner];
    return (await acceptAs((members as readonly unknown[])[0], made.id)).body as Made;
  };

  return {
    issuer,
    accessToken,
    /** Forgets the access tokens: the next call gets a new one. */
    signInAgain: (): void => {
      tokens.clear();
    },
    call,
    /** One call as it is, without a proof of this machine. */
    callOnce,
    localProof,
    clientId: client_id,
    createAccount: (account: Member) => create('/accounts', account),
    /** Accepts an agent as the owner-to-be would. */
    acceptAs,
    newScript,
    /** An agent its owner has accepted. */
    createAgent,
    /** Its first version counts. */
    async createBlueprint(blueprint: Member): Promise<Made> {
      const { body, headers } = await expectOk('POST', '/blueprints', {
        purpose: 'Limits',
        ceilings: {},
        ...blueprint,
      });
      const activated = await call(
        'POST',
        `/blueprints/${body['id']}/activate`,
        {},
        { 'if-match': String(headers.get('etag')) },
      );
      if (activated.status >= 300) throw new Error(`not activated: ${activated.status} ${activated.text}`);
      return activated.body as Made;
    },
    createClient: (client: Member) => create('/clients', client),
    createResourceServer: (resourceServer: Member) => create('/resource-servers', resourceServer),
    /** The whole audit log as NDJSON. */
    exportAudit: async (): Promise<string> => (await expectOk('GET', '/audit/export')).text,
    revokeDelegation: (id: string) => expectOk('POST', `/delegations/${id}/revoke`),
    listDelegations: async (query = ''): Promise<Answer> => expectOk('GET', `/delegations${query}`),
  };
};
