/**
 * What policies are asked about the use of this server itself: `register` for each agent and client that is to stand in
 * a register, `administer` for each call of the management API that changes something. Cases of the same shape as those
 * about tokens (policy-question.ts), so that the audit log keeps them alike and a replay decides them again.
 */

import type { Client } from '../../clients/clients/client.ts';
import type { Account } from '../../identity/accounts/account.ts';
import { isGroupId } from '../../identity/groups/group.ts';
import type { PolicyCase, PolicyEntity, PolicyRecord } from '../../ports/policy-engine.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import { accountEntity, momentFacts } from './policy-question.ts';

type Name = PolicyEntity['name'];

/** How something comes to stand in a register. `itself`: by the token its registration is managed with (RFC 7592). */
export const REGISTRATION_WAYS = ['management', 'token', 'statement', 'open', 'document', 'itself'] as const;

export type RegistrationWay = (typeof REGISTRATION_WAYS)[number];

/** Who registers or administers. */
export type UserOfServer =
  | { readonly kind: 'account'; readonly account: Pick<Account, 'id' | 'state' | 'groups'> }
  | { readonly kind: 'client'; readonly client: Pick<Client, 'id' | 'verifiedAt'>; readonly isDocument?: boolean }
  /** Nobody who signed in: `id` is the initial access token, the issuer of the statement, `open`, or what manages itself. */
  | {
      readonly kind: 'registration';
      readonly id: string;
      /** Who is to answer for it, where a token says so. An account with its groups. */
      readonly within?: string | Pick<Account, 'id' | 'state' | 'groups'>;
    }
  /** Of somebody who is not known nothing is said, and nothing is permitted. */
  | { readonly kind: 'unknown'; readonly id: string };

/** When, from where and how surely. */
export type Circumstances = {
  /** Epoch seconds. */
  readonly now: number;
  readonly assurance?: Assurance | undefined;
  readonly source?: string | undefined;
  readonly isBound?: boolean | undefined;
  /** The management API as a resource server. */
  readonly server: { readonly id: string; readonly identifier: string };
};

/** An agent or client as it is to stand in its register, as far as policies look at it. */
export type Registered = {
  readonly kind: 'agent' | 'client';
  readonly owner?: string | undefined;
  readonly blueprint?: string | undefined;
  readonly environment?: string | undefined;
  /** Kinds of what it proves itself with, without duplicates, sorted. */
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

/** Under this name it stands among what was asked about, as a scope does. */
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

/** What the facts of every question have, and what of it there is here. */
const contextOf = (route: string, { now, assurance, source, isBound = false }: Circumstances): PolicyRecord => ({
  route,
  ...momentFacts({ now, assurance, source }),
  delegated: false,
  depth: 0,
  actors: [],
  bound: isBound,
});
