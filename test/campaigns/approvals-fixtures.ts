/** What one lane of the campaign has to itself: an agent under a blueprint, a bank, and everything about them that can be edited. */

import type { Approval } from '../../src/domain/approvals/approval.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { exampleType } from '../support/detail-types.ts';
import { CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { REDIRECT_URI, type Scene } from '../support/scene.ts';
import type { Question, Shown } from './approvals-ledger.ts';
import { type NodeHere, type NodesHere, secondNow } from './approvals-nodes.ts';

export const EDITS = [
  'composition',
  'blueprint',
  'policy',
  'delegation ended',
  'delegation narrowed',
  'scopes',
  'detail types',
] as const;
export type Edit = (typeof EDITS)[number];

export type Lane = Awaited<ReturnType<typeof newLane>>;

/** High risk is not ticked beforehand. */
const TICKED = { consent: { check: (name: string) => name === 'scope' || name === 'detail' || undefined } };

/** What all lanes share: which policy set surely counts, and how many activations there were. */
export type Shared = { policy: number; begun: number; ended: number; readonly inTurn: InTurn };

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** One after the other: which of two is the later one would not be known otherwise. */
export const inTurn = (): InTurn => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
};

const BY = { caller: 'campaign', request: 'req_campaign' } as const;
const DAY = 86_400;
const SCOPES = [
  { name: 'balance', description: 'See what is on the account', risk: 'low' },
  { name: 'close', description: 'Close the account', risk: 'critical' },
  { name: 'pay', description: 'Pay from the account', risk: 'high' },
] as const;
/** What is left when a delegation or a resource server is narrowed. */
const KEPT = 'balance';
const ALL = SCOPES.map(({ name }) => name);

export const newLane = async (
  { nodes, bound }: NodesHere,
  scene: Scene,
  shared: Shared,
  { name, partner }: { readonly name: string; readonly partner: string },
) => {
  const { management } = scene;
  const detailTypes = [exampleType('payment')];
  const bank = await management.createResourceServer({
    identifier: `https://${name}.example.com`,
    name: `Bank ${name}`,
    scopes: SCOPES,
    detail_types: detailTypes,
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
  });
  const blueprint = await management.createBlueprint({ name: `Blueprint ${name}` });
  const key = await newKeyPair();
  const agent = await management.createAgent({
    name: `Agent ${name}`,
    owner: partner,
    purpose: 'Pays the bills',
    environment: 'test',
    blueprint: blueprint.id,
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE, CIBA],
    resource_servers: [bank.id],
  });
  const identity: Identity = { clientId: agent.id, key };
  const subject = scene.accountId;
  const request = scene.authorizationRequest(identity, {
    scope: ['openid', ...ALL].join(' '),
    resource: String(bank['identifier']),
  });
  const allowed = await scene.calls.token(scene.keyed(identity), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(await scene.walk(request.url, TICKED)),
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
    resource: String(bank['identifier']),
  });
  const refreshToken = allowed.body['refresh_token'];
  if (typeof refreshToken !== 'string') throw new Error(`no token: ${allowed.status} ${allowed.text}`);

  const services = (node: number) => (nodes[node] as NodeHere).behalf.services;
  /** In the order they were declared; what surely counts by now is the last that was answered. */
  const compositions: (string | null)[] = [null];
  let composition = 0;
  let version = Number(blueprint['version']);
  const lost = new Set<string>();
  const one = inTurn();
  let begun = 0;
  let ended = 0;

  const consent = (node: number, scope: readonly string[]) =>
    services(node).delegations.recordConsent({
      subject,
      actor: agent.id,
      resource: String(bank['identifier']),
      asked: ALL,
      scope,
      expiresAt: secondNow() + DAY,
      delegableTo: { agents: [], depth: 0 },
      by: subject,
    });
  const changeServer = async (node: number, change: object): Promise<void> => {
    const { resourceServers } = services(node);
    const found = await resourceServers.get(bank.id);
    if (found) await resourceServers.update(bank.id, found.version, change, BY);
  };

  /** Until it counts at every node. */
  const elsewhere = async (): Promise<void> => {
    if (bound > 0) await new Promise((resolve) => setTimeout(resolve, bound));
  };

  const edits: { readonly [E in Edit]: (node: number, text: string) => Promise<() => void> } = {
    async composition(node, text) {
      const digest = `sha256:${text}`;
      const place = compositions.push(digest) - 1;
      await services(node).agents.declareComposition(agent.id, undefined, { digest }, BY);
      return () => {
        composition = Math.max(composition, place);
      };
    },
    async blueprint(node, text) {
      const { blueprints } = services(node);
      const found = await blueprints.get(blueprint.id);
      if (!found) throw new Error('the blueprint is gone');
      const ceilings = { maxAccessTokenSeconds: 600 + (Number.parseInt(text.slice(0, 4), 16) % 1000) };
      const drafted = await blueprints.update(blueprint.id, found.version, { ceilings }, BY);
      const active = await blueprints.activate(blueprint.id, drafted.version, BY);
      return () => {
        version = Math.max(version, active.document.version);
      };
    },
    async policy(node, text) {
      shared.begun += 1;
      try {
        const { policies } = services(node);
        await shared.inTurn(async () => {
          const { document } = await policies.create({ text: `${policies.starter}\n// ${text}\n` }, BY);
          await policies.activate(document.id, {}, BY);
          await elsewhere();
          shared.policy = document.version;
        });
      } finally {
        shared.ended += 1;
      }
      return () => undefined;
    },
    async 'delegation ended'(node) {
      const row = await services(node).delegations.consented(subject, agent.id, String(bank['identifier']));
      if (row) await services(node).delegations.revoke(row.id, subject);
      return () => void lost.add('delegation');
    },
    async 'delegation narrowed'(node) {
      await consent(node, [KEPT]);
      return () => void lost.add('delegation');
    },
    async scopes(node) {
      await changeServer(node, { scopes: SCOPES.filter((scope) => scope.name === KEPT) });
      return () => void lost.add('scopes');
    },
    async 'detail types'(node) {
      await changeServer(node, { detailTypes: [] });
      return () => void lost.add('detail types');
    },
  };

  return {
    name,
    identity,
    subject,
    partner,
    refreshToken,
    bank: { id: bank.id, identifier: String(bank['identifier']), secret: String(bank['client_secret']) },
    blueprint: blueprint.id,
    get edits(): number {
      return begun + shared.begun;
    },
    get isCalm(): boolean {
      return begun === ended && shared.begun === shared.ended && lost.size === 0;
    },

    /** False when another edit of the same thing came first. */
    async edit(kind: Edit, node: number, text: string): Promise<boolean> {
      begun += 1;
      try {
        const counts = await one(() => edits[kind](node, text));
        await elsewhere();
        counts();
        return true;
      } catch (error) {
        if (isDomainError(error)) return false;
        throw error;
      } finally {
        ended += 1;
      }
    },

    /** What of an action surely counts no more; undefined where it may. */
    staleIn(shown: Shown, isByExchange: boolean): string | undefined {
      if (compositions.indexOf(shown.composition) < composition) return 'the composition had changed';
      if ((shown.blueprint?.version ?? 0) < version) return 'the blueprint had changed';
      if (Number(shown.policy) < shared.policy) return 'the policies had changed';
      if (isByExchange && lost.has('delegation')) return 'the delegation had ended, or was narrowed';
      if (shown.scope.some((name) => name !== KEPT) && lost.has('scopes')) return 'the scope was gone';
      if (shown.details.length > 0 && lost.has('detail types')) return 'the type of the details was gone';
      return undefined;
    },

    /** What was taken away is there again for the next schedule. */
    async restore(node: number): Promise<void> {
      if (lost.size === 0) return;
      if (lost.has('delegation')) await consent(node, ALL);
      if (lost.has('scopes') || lost.has('detail types')) await changeServer(node, { scopes: SCOPES, detailTypes });
      await elsewhere();
      lost.clear();
    },
  };
};

/** One person decides at a node, as the page does after she proved herself. */
export const deciding = (question: Question, account: string, seen = question.digest) => ({
  account,
  seen,
  request: 'req_campaign',
  assurance: { acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: secondNow() },
});

/** The approval at a node, as its page is made of it. */
export const lookedUp = async (
  { nodes }: NodesHere,
  node: number,
  authReqId: string,
  client: string,
): Promise<Approval | undefined> => (nodes[node] as NodeHere).behalf.services.approvals.service.find(authReqId, client);
