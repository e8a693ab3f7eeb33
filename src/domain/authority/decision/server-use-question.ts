/**
 * Questions to the policies about the use of this server itself: `register` for each agent and client to be registered,
 * `administer` for each management API call that changes something. A case has the same shape as a case about tokens
 * (policy-question.ts). The audit log therefore stores both alike, and a replay can evaluate both again.
 */

import type { Client } from '../../clients/clients/client.ts';
import type { Account } from '../../identity/accounts/account.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { PolicyCase, PolicyEntity, PolicyRecord } from '../../ports/policy-engine.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import { accountEntity, momentFacts } from './policy-question.ts';

type Name = PolicyEntity['name'];

/** Ways of registration. `itself`: by the token with which a client manages its registration (RFC 7592). */
export const REGISTRATION_WAYS = [
  'management',
  'token',
  'statement',
  'open',
  'document',
  'itself',
  'directory',
] as const;

export type RegistrationWay = (typeof REGISTRATION_WAYS)[number];

/** The party that registers or administers. */
export type UserOfServer =
  | { readonly kind: 'account'; readonly account: Pick<Account, 'id' | 'state' | 'groups'> }
  | { readonly kind: 'client'; readonly client: Pick<Client, 'id' | 'verifiedAt'>; readonly isDocument?: boolean }
  /**
   * A caller that did not sign in: `id` is the initial access token, the issuer of the statement, `open`, or the client
   * that manages its own registration.
   */
  | {
      readonly kind: 'registration';
      readonly id: string;
      /** The future owner, where a token names one. An account includes its groups. */
      readonly within?: string | Pick<Account, 'id' | 'state' | 'groups'>;
    }
  /** An unknown caller has no attributes and gets no permit. */
  | { readonly kind: 'unknown'; readonly id: string };

/** Time, source address and assurance. */
export type Circumstances = {
  /** Epoch seconds. */
  readonly now: number;
  readonly assurance?: Assurance | undefined;
  readonly source?: string | undefined;
  readonly isBound?: boolean | undefined;
  /** The management API as a resource server. */
  readonly server: { readonly id: string; readonly identifier: string };
};

/** An agent or client as it is to be stored, with the members that policies see. */
export type Registered = {
  readonly kind: 'agent' | 'client';
  readonly owner?: string | undefined;
  readonly blueprint?: string | undefined;
  readonly environment?: string | undefined;
  /** Kinds of its credentials, without duplicates, sorted. */
  readonly credentials: readonly string[];
  readonly roles: readonly string[];
};

export type Administration = {
  /** `operationId` of the management API. */
  readonly operation: string;
  readonly scope: string;
  readonly risk: string;
  readonly target?: string | undefined;
};

/** Name of the question in the record, where other cases have a scope. */
export const REGISTER = 'register';

export const registrationCase = (
  who: UserOfServer,
  what: Registered & { readonly way: RegistrationWay; readonly isChange: boolean },
  circumstances: Circumstances,
): PolicyCase => {
  const { kind, owner, blueprint, environment, credentials, roles, way, isChange } = what;
  const entity: PolicyEntity =
    blueprint === undefined
      ? serverEntity(circumstances)
      : { name: { type: 'Blueprint', id: blueprint }, attributes: {}, parents: [] };
  return {
    action: 'register',
    principal: nameOf(who),
    entities: entitiesOf(who),
    context: {
      ...contextOf('registration', circumstances),
      kind,
      via: way,
      change: isChange,
      owner: owner ?? '',
      environment: environment ?? '',
      credentials: [...credentials],
      roles: [...roles],
    },
    resources: [{ scope: REGISTER, entity, consented: false }],
    isConditional: true,
  };
};

export const administrationCase = (
  who: UserOfServer,
  { operation, scope, risk, target }: Administration,
  circumstances: Circumstances,
): PolicyCase => ({
  action: 'administer',
  principal: nameOf(who),
  entities: entitiesOf(who),
  context: { ...contextOf('administration', circumstances), operation, scope, risk, target },
  resources: [{ scope: operation, entity: serverEntity(circumstances), consented: false }],
  isConditional: true,
});

const nameOf = (who: UserOfServer): Name => {
  switch (who.kind) {
    case 'account':
      return { type: 'Account', id: who.account.id };
    case 'client':
      return { type: 'Client', id: who.client.id };
    case 'registration':
      return { type: 'Registration', id: who.id };
    case 'unknown':
      return { type: who.id.startsWith('agt_') ? 'Agent' : 'Account', id: who.id };
  }
};

const entitiesOf = (who: UserOfServer): readonly PolicyEntity[] => {
  switch (who.kind) {
    case 'account':
      return [accountEntity(who.account)];
    case 'client':
      return [
        {
          name: nameOf(who),
          attributes: { document: who.isDocument === true, verified: who.client.verifiedAt !== undefined },
          parents: [],
        },
      ];
    case 'registration': {
      const { within } = who;
      if (within === undefined) return [{ name: nameOf(who), attributes: {}, parents: [] }];
      const account = typeof within === 'string' ? undefined : within;
      const id = typeof within === 'string' ? within : within.id;
      return [
        { name: nameOf(who), attributes: {}, parents: [{ type: isGroupId(id) ? 'Group' : 'Account', id }] },
        ...(account ? [accountEntity(account)] : []),
      ];
    }
    case 'unknown':
      return [];
  }
};

const serverEntity = ({ server }: Circumstances): PolicyEntity => ({
  name: { type: 'ResourceServer', id: server.id },
  attributes: { identifier: server.identifier, management: true },
  parents: [],
});

/** The context that every question has, as far as it is known here. */
const contextOf = (route: string, { now, assurance, source, isBound = false }: Circumstances): PolicyRecord => ({
  route,
  ...momentFacts({ now, assurance, source }),
  delegated: false,
  depth: 0,
  actors: [],
  bound: isBound,
});
