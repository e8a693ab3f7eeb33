/**
 * One more layer before the use of this server itself: whether the active policies let somebody register an agent or
 * client, and let a call change something here. It comes after roles and ownership and gives nobody what those do not.
 * Does not own what is asked (server-use-question.ts) nor the registers. Called by the registries before they write, and
 * for each call of the management API, wherever it comes from.
 */
import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import { credentialsOf } from '../agents/credential.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Client } from '../clients/client.ts';
import type { By, Permits } from '../clients/registered-documents.ts';
import { DomainError, type RefusedDecision } from '../errors.ts';
import { isGroupId } from '../groups/group.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { ActivePolicies } from './authorize.ts';
import type { Withheld } from './decision.ts';
import { cutByPolicy } from './policy-layer.ts';
import type { PolicyCase } from './policy-question.ts';
import { nothingLeft } from './remedies.ts';
import {
  type Administration,
  administrationCase,
  type Circumstances,
  type Registered,
  type RegistrationWay,
  registrationCase,
  type UserOfServer,
} from './server-use-question.ts';

type Found<T> = Promise<{ readonly document: T } | undefined>;

export type ServerUseDependencies = {
  readonly identifiers: Identifiers;
  readonly clock: Pick<Clock, 'now'>;
  /** Undefined when no set is active, which permits nothing. The whole member is absent where policy is switched off: nobody is asked. */
  readonly policies: { current(): Promise<ActivePolicies | undefined> } | undefined;
  readonly accounts: { get(id: string): Found<Account> };
  readonly clients: { get(id: string): Found<Pick<Client, 'id' | 'verifiedAt'>> };
  /** Groups that own agents, by the account that is a member. */
  readonly groups: { ofAccount(account: string): Promise<readonly { readonly id: string }[]> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<{ readonly id: string }> };
  /** Resource indicator of the management API. */
  readonly managementApi: string;
};

/** What somebody was let do, for the event that says so. */
export type Permitted = Pick<AuditEvent, 'decision' | 'policy' | 'resource' | 'inputs'>;

/** Of a refusal, whatever it is a refusal of; empty where no policy had a say. For its event. */
export const refusedDecision = (error: Pick<DomainError, 'refused' | 'denial'>): Partial<AuditEvent> => {
  const { refused, denial } = error;
  if (!refused) return {};
  const { decision, policy, resource, inputs } = refused;
  return {
    decision,
    ...(policy === undefined ? {} : { policy }),
    resource,
    inputs,
    ...(denial
      ? {
          denial: {
            ...denial,
            ...(denial.remedies ? { remedies: denial.remedies.map(({ kind }) => ({ kind })) } : {}),
          },
        }
      : {}),
  };
};

export type ServerUse = ReturnType<typeof serverUse>;

export const serverUse = (deps: ServerUseDependencies) => {
  const { identifiers, clock, policies, accounts, clients, groups, managementApi } = deps;

  const withGroups = async (id: string): Promise<Pick<Account, 'id' | 'state' | 'groups'> | undefined> => {
    const account = (await accounts.get(id))?.document;
    if (!account) return undefined;
    const owning = (await groups.ofAccount(id)).map((group) => group.id);
    return { id, state: account.state, groups: [...account.groups, ...owning] };
  };

  const known = async (id: string): Promise<UserOfServer> => {
    if (id.startsWith('app_')) {
      const client = (await clients.get(id))?.document;
      return client ? { kind: 'client', client } : { kind: 'unknown', id };
    }
    const account = id.startsWith('acc_') ? await withGroups(id) : undefined;
    return account ? { kind: 'account', account } : { kind: 'unknown', id };
  };

  const withinOf = async (owner: string | undefined) =>
    owner === undefined ? {} : { within: isGroupId(owner) ? owner : ((await withGroups(owner)) ?? owner) };

  const circumstances = async ({ assurance, source, isBound }: Partial<By>): Promise<Circumstances> => {
    const server = (await deps.resourceServers.findByIdentifier(managementApi))?.document;
    return {
      now: clock.now(),
      assurance,
      source,
      isBound,
      // First start makes it; what no row stands for, policies do not permit.
      server: { id: server?.id ?? '', identifier: managementApi },
    };
  };

  /** Throws what `decide` says no to, with the decision for the trail. */
  const ask = async (asked: PolicyCase): Promise<Permitted> => {
    const active = await policies?.current();
    const decision = identifiers.newId('dec');
    const policy = active === undefined ? {} : { policy: active.version };
    const removed = active === undefined ? [nothingPermits(asked)] : cutByPolicy(active.policies, asked).removed;
    const inputs = { policyCase: asked, removed };
    const made = { decision, ...policy, resource: managementApi, inputs };
    if (removed.length === 0) return made;
    throw refusal(removed, made, identifiers);
  };

  return {
    /** Whether anybody is asked. */
    isAsked: policies !== undefined,

    /**
     * Throws 'forbidden', or 'insufficient_user_authentication' where a stronger sign-in would do (RFC 9470), both with a
     * denial; 'unavailable' and StoreUnavailable where policies cannot be asked. Undefined: nobody is asked here.
     */
    async administer(asked: Administration, by: By): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const [who, facts] = await Promise.all([known(by.caller), circumstances(by)]);
      return ask(administrationCase(who, asked, facts));
    },

    /** Of an agent or client as it is to stand in its register; throws as `administer` does. What this server does itself is not asked about. */
    async register(
      what: Registered & { readonly id: string },
      isChange: boolean,
      by: By,
    ): Promise<Permitted | undefined> {
      if (policies === undefined || by.caller === SYSTEM) return undefined;
      const way = wayOf(by.caller, what.id);
      const facts = await circumstances(by);
      const who: UserOfServer =
        way === 'management'
          ? await known(by.caller)
          : {
              kind: 'registration',
              id: way === 'open' ? 'open' : by.caller,
              ...(way === 'token' || way === 'itself' ? await withinOf(what.owner) : {}),
            };
      return ask(registrationCase(who, { ...what, way, isChange }, facts));
    },

    /** A client that is a document at a URL, before an authorization begins with it; throws as `administer` does. */
    async document(client: Client, by: Pick<By, 'source'>): Promise<Permitted | undefined> {
      if (policies === undefined) return undefined;
      const who: UserOfServer = { kind: 'client', client, isDocument: true };
      return ask(
        registrationCase(who, { ...factsOfClient(client), way: 'document', isChange: false }, await circumstances(by)),
      );
    },
  };
};

/** What first start and housekeeping do. */
const SYSTEM = 'system';
/** Who stands in the trail for an open registration (registration/plan.ts). */
const NOBODY = 'registration';

const wayOf = (caller: string, registered: string): RegistrationWay => {
  if (caller === registered) return 'itself';
  if (caller.startsWith('iat_')) return 'token';
  if (caller === NOBODY) return 'open';
  return /^(?:acc|app|agt)_/.test(caller) ? 'management' : 'statement';
};

const nothingPermits = ({ resources }: PolicyCase): Withheld => ({
  scope: resources[0]?.scope ?? '',
  layer: 'policy',
  policies: [],
});

const refusal = (removed: readonly Withheld[], refused: RefusedDecision, identifiers: Identifiers): DomainError => {
  const { reason, layer, text, remedies } = nothingLeft({ scope: [], removed });
  const isStepUp = reason === 'step_up_required';
  const others = isStepUp ? [] : [{ kind: 'contact' as const, whom: 'operator' as const }];
  return new DomainError(
    isStepUp ? 'insufficient_user_authentication' : 'forbidden',
    text ?? 'The policies of this server do not allow this.',
    { denial: { id: identifiers.newId('dny'), layer, reason, remedies: [...remedies, ...others] }, refused },
  );
};

/** Asks before something new is written, and before a change of what policies look at; everything else passes. */
export const permitsBy =
  <T extends { readonly id: string }>(
    use: Pick<ServerUse, 'register'>,
    factsOf: (document: T) => Registered,
  ): Permits<T> =>
  async (after, before, by) => {
    const facts = factsOf(after);
    if (before && JSON.stringify(factsOf(before)) === JSON.stringify(facts)) return {};
    return (await use.register({ ...facts, id: after.id }, before !== undefined, by)) ?? {};
  };

export const factsOfAgent = (agent: Agent): Registered => ({
  kind: 'agent',
  owner: agent.owner,
  blueprint: agent.blueprint,
  environment: agent.environment,
  credentials: [...new Set(credentialsOf(agent).map(({ kind }) => kind))].sort(),
  roles: [],
});

export const factsOfClient = (client: Client): Registered => ({
  kind: 'client',
  owner: client.owner,
  credentials: credentialKindsOf(client),
  roles: [...client.roles].sort(),
});

const credentialKindsOf = ({ tokenEndpointAuthMethod: method, jwksUri }: Client): readonly string[] => {
  switch (method) {
    case 'private_key_jwt':
      return [jwksUri === undefined ? 'jwks' : 'jwks_uri'];
    case 'client_secret_basic':
    case 'client_secret_post':
      return ['secret'];
    case 'none':
      return [];
    default:
      return ['mtls'];
  }
};
