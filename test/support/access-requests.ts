/** A server that two resource servers ask for what was denied (AuthZEN Access Request and Approval Profile 1.0). */
import { expect } from '@jest/globals';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { Identity } from './agent-keys.ts';
import { type ApprovalServer, approvalServer } from './approval-fixtures.ts';
import { BANK } from './approvals-world.ts';
import { type AuthZenClient, authZenClient, basic } from './authzen-client.ts';
import { internalHosts } from './internal-hosts.ts';
import { type LocalAuthority, localAuthority } from './local-authority.ts';
import type { Answer } from './oauth-calls.ts';
import { webhookReceiver } from './webhook-receiver.ts';

const PROBLEM = 'urn:openid:authzen:access-request:error:';
export const SHOP = 'https://shop.example.com';

export type Json = { readonly [member: string]: unknown };

let running: ApprovalServer;
export let server: ApprovalServer['server'];
export let world: ApprovalServer['world'];
export let audit: ApprovalServer['audit'];
export let bank: AuthZenClient;
/** Another resource server, which asks about nothing of the bank's. */
export let shop: AuthZenClient;
export let shopId: string;
let authority: LocalAuthority;
export let receiver: Awaited<ReturnType<typeof webhookReceiver>>;

/** Starts the server for a test file. */
export const startAccessRequests = async (): Promise<void> => {
  authority = await localAuthority();
  receiver = await webhookReceiver(authority);
  running = await approvalServer({
    ...internalHosts({ webhooks: receiver.host }),
    BEHALF_EGRESS_CA_FILE: authority.caFile,
  });
  ({ server, world, audit } = running);
  bank = await authZenClient(world.issuer, () => basic(world.bank.id, world.bank.credential.secret));
  const made = await world.management.createResourceServer({
    identifier: SHOP,
    name: 'The shop',
    scopes: [{ name: 'pay', description: 'Buy', risk: 'high' }],
    introspection_auth_method: 'client_secret_basic',
  });
  shopId = made.id;
  shop = await authZenClient(world.issuer, () => basic(made.id, String(made['client_secret'])));
};
/** Closes it. */
export const closeAccessRequests = async (): Promise<void> => {
  await running?.close();
  await authority?.remove();
};

/** An agent that the person allowed everything at the bank. */
export const agentOf = async (name: string): Promise<Identity> => {
  const agent = await world.newAgent(name);
  await world.allow(agent);
  return agent;
};
export const question = (agent: Identity, scope = 'pay', more: Json = {}): Json => ({
  subject: { type: 'account', id: world.accountId },
  action: { name: scope },
  resource: { type: 'resource_server', id: BANK },
  context: { agent: agent.clientId },
  ...more,
});
export const contextOf = ({ body }: Answer): Json => (body['context'] ?? {}) as Json;
const denialIn = (context: Json): Json => ({
  evaluation_id: context['evaluation_id'],
  expires_at: (context['access_request'] as Json | undefined)?.['expires_at'],
});
/** The question, and what binds a request to the no it got. */
export const denied = async (asked: Json, client = bank): Promise<Json> => {
  const no = await client.evaluate(asked);
  expect([no.status, no.body['decision']]).toEqual([200, false]);
  return { ...asked, denial: denialIn(contextOf(no)) };
};
export const taskOf = ({ body }: Answer): Json => body['task'] as Json;
export const approvalFor = async (agent: Identity): Promise<Approval> => {
  const [approval] = await world.open(agent);
  if (!approval) throw new Error('no approver is asked');
  return approval;
};
/** Asks, and answers the task with the approval that people are asked about. */
export const asked = async (agent: Identity, scope = 'pay', more: Json = {}) => {
  const submission = { ...(await denied(question(agent, scope))), ...more };
  const answer = await bank.request(submission);
  if (answer.status !== 202) throw new Error(answer.text);
  return { submission, task: taskOf(answer), approval: await approvalFor(agent) };
};
/** What the task says to come back with, once an approver approved it. */
export const approved = async (agent: Identity, scope = 'pay', more: Json = {}) => {
  const { task, approval } = await asked(agent, scope, more);
  await world.approve(approval);
  const { body } = await bank.follow(task['status_endpoint']);
  return { task, approval, reference: (body['result'] as Json)['approval'] as Json };
};
export const again = (
  agent: Identity,
  approval: Json,
  more: Json = {},
  scope = 'pay',
  client = bank,
): Promise<Answer> =>
  client.evaluate(question(agent, scope, { context: { agent: agent.clientId, approval, ...more } }));

export const refused = async (
  work: () => Promise<Answer>,
  status: number,
  type: string,
  code = type,
): Promise<Answer> => {
  const { result, events } = await audit.during(work);
  expect({ status: result.status, type: result.body['type'], media: result.headers.get('content-type') }).toEqual({
    status,
    type: type.includes(':') ? type : `${PROBLEM}${type}`,
    media: expect.stringMatching(/^application\/problem\+json/),
  });
  expect(events.map((event) => [event.type, event.outcome, event.error])).toEqual([
    ['decision.refused', 'refused', code.replace(/^.*:/, '')],
  ]);
  return result;
};
