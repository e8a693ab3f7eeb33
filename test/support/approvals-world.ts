/** An agent that a person allowed high-risk things, each of which still has to be approved; and the person who decides. */

import type { Approval } from '../../src/domain/approvals/approval.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { type Identity, newKeyPair } from './agent-keys.ts';
import { exampleType } from './detail-types.ts';
import { type Answer, CIBA, EXCHANGE } from './oauth-calls.ts';
import type { RunningServer } from './running-server.ts';
import { makeScene, REDIRECT_URI } from './scene.ts';

export const BANK = 'https://bank.example.com';

export const INVOICE = {
  type: 'payment_initiation',
  amount: 4000,
  currency: 'EUR',
  creditor: { name: 'Paper and Pens', account: 'DE89370400440532013000' },
  reference: 'Invoice 7731',
  execute_before: '2030-01-31',
} as const;

const REFRESH_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';

export type ApprovalsWorld = Awaited<ReturnType<typeof approvalsWorld>>;

export const approvalsWorld = async (server: RunningServer) => {
  const scene = await makeScene(server, { skipConsent: false });
  const { approvals, clock } = server.behalf.services;
  const bank = await scene.management.createResourceServer({
    identifier: BANK,
    name: 'The bank',
    scopes: [
      { name: 'balance', description: 'See what is on the account', risk: 'low' },
      { name: 'pay', description: 'Pay from the account', risk: 'high' },
      { name: 'close', description: 'Close the account', risk: 'critical' },
    ],
    detail_types: [{ ...exampleType('payment'), risk: 'high' }],
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
  });
  const newAgent = async (name: string, more: Readonly<Record<string, unknown>> = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const made = await scene.management.createAgent({
      name,
      owner: scene.accountId,
      purpose: 'Pays the bills',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
      resource_servers: [bank.id],
      ...more,
    });
    return { clientId: made.id, key };
  };

  /** The person allows the agent things at the bank; answers what says that she did, for exchanges. */
  const allow = async (
    identity: Identity,
    scope = 'openid balance pay close',
    more: Record<string, string> = {},
  ): Promise<string> => {
    const request = scene.authorizationRequest(identity, { scope, resource: BANK, ...more });
    const left = await scene.walk(request.url, {
      consent: { check: (name) => name === 'scope' || name === 'detail' || undefined },
    });
    const answer = await scene.calls.token(scene.keyed(identity), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(left),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: BANK,
    });
    if (typeof answer.body['refresh_token'] !== 'string') throw new Error(`no token: ${answer.status} ${answer.text}`);
    return answer.body['refresh_token'];
  };

  const agent = await newAgent('Bookkeeper');

  const decide = (approval: Pick<Approval, 'id' | 'digest'>, account: string, strong: boolean) => ({
    account,
    seen: approval.digest,
    request: 'req_test',
    assurance: { acr: strong ? MULTI_FACTOR : SINGLE_FACTOR, amr: ['pwd'], authTime: clock.now() },
  });

  return {
    ...scene,
    bank: {
      id: bank.id,
      credential: { kind: 'basic', clientId: bank.id, secret: String(bank['client_secret']) } as const,
    },
    newAgent,
    agent,
    allow,
    /** The agent wants something at the bank, for the person who allowed it. */
    want: (identity: Identity, allowed: string, more: Readonly<Record<string, string>>): Promise<Answer> =>
      scene.calls.exchange(scene.keyed(identity), allowed, BANK, { subject_token_type: REFRESH_TOKEN_TYPE, ...more }),
    service: approvals.service,
    standing: approvals.standing,
    /** The open ones of an agent, newest first. */
    async open(identity: Identity): Promise<readonly Approval[]> {
      return (await approvals.service.ofAgent(identity.clientId)).filter(({ state }) => state === 'pending');
    },
    /** The person says yes, as the page does after she proved herself. */
    approve: (approval: Approval, account: string = scene.accountId, { strong = false } = {}): Promise<Approval> =>
      approvals.service.approve(approval.id, {
        ...decide(approval, account, strong),
        ...(approval.number === undefined ? {} : { number: approval.number }),
      }),
    deny: (approval: Approval, account: string = scene.accountId): Promise<Approval> =>
      approvals.service.deny(approval.id, decide(approval, account, false)),
  };
};

type ApprovalRemedy = {
  readonly kind: string;
  readonly auth_req_id: string;
  readonly endpoint: string;
  readonly expires_in: number;
  readonly interval: number;
  readonly grant_type: string;
  readonly number?: string;
};

/** What an answer says about the approval that is being asked for. */
export const approvalRemedy = ({ body, status, text }: Answer): ApprovalRemedy => {
  const { remedies = [] } = (body['denial'] ?? {}) as { readonly remedies?: readonly ApprovalRemedy[] };
  const found = remedies.find(({ kind }) => kind === 'approval');
  if (!found) throw new Error(`no approval is asked for: ${status} ${text}`);
  return found;
};
