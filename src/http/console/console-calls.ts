/**
 * `/console`: the pages of agent owners and operators. Every fact about an agent, and every button, goes through the handlers
 * of the management API, as the signed-in account. Those handlers alone decide permissions, validation and audit events. This
 * folder turns responses into page models and forms into calls. It does not own markup (views/pages/console-*.ts) nor
 * sessions and CSRF (src/http/account, middleware).
 */
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { FreshFactor } from '../../domain/identity/accounts/fresh-factor.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import type { Answer } from '../management/call.ts';
import type { JsonObject } from '../management/json-body.ts';
import { type Access, accessOf, type Caller } from '../management/permissions.ts';
import type { PolicyCheck } from '../management/policy-check.ts';
import {
  type OperationHandlers,
  type OperationId,
  type Operations,
  routeEntries,
  routeOf,
} from '../management/resource-table.ts';
import { inputChecks } from '../management/validation.ts';
import { fromWire } from '../management/wire-names.ts';
import { consoleRefusal } from './console-refusals.ts';

/** The parameters of an operation in the query. */
export type QueryOf<Id extends OperationId> = Operations[Id]['query'];

/** What an operation answers. */
export type AnswerOf<Id extends OperationId> = NonNullable<Operations[Id]['answer']>;

/** The operations that answer with a list. */
export type ListOperation = {
  [Id in OperationId]: AnswerOf<Id> extends { readonly items: readonly unknown[] } ? Id : never;
}[OperationId];

/** The operations that answer with an object. */
export type ObjectOperation = {
  [Id in OperationId]: Operations[Id]['answer'] extends object ? Id : never;
}[OperationId];

/** What a list consists of. */
export type ItemOf<Id extends ListOperation> =
  AnswerOf<Id> extends { readonly items: readonly (infer Item)[] } ? Item : never;

/** The parameters of a call; members in the API's spelling. */
type ConsoleCall<Id extends OperationId> = {
  readonly id?: string;
  readonly instance?: string;
  readonly credential?: string;
  readonly query?: QueryOf<Id>;
  readonly after?: Cursor | undefined;
  readonly body?: JsonObject;
  readonly version?: number;
  readonly idempotencyKey?: string;
  /** Of an operation that takes lines. */
  readonly lines?: AsyncIterable<Buffer>;
  /** Treats the caller as an account without a role, to list only its own objects. Removes rights, never adds any. */
  readonly ownOnly?: boolean;
};

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Compiles each check at its first call. */
const CHECKS = Object.fromEntries(routeEntries().map(([id, route]) => [id, inputChecks(route).body])) as {
  readonly [Id in OperationId]: (body: JsonObject) => Operations[Id]['body'];
};

export interface ConsoleCalls {
  /**
   * The reach of the operation for the account: all objects, or its own. Throws DomainError 'forbidden' if the account may
   * not call it.
   */
  access(operation: OperationId, account: Account): Access;

  /** Makes the call in the name of the account. Throws the refusals of the management API as DomainErrors. */
  run<Id extends OperationId>(
    operation: Id,
    account: Account,
    by: By,
    asked?: ConsoleCall<Id>,
  ): Promise<Answer<Operations[Id]['answer']>>;

  /** Whether the account may make the call at all. */
  may(operation: OperationId, account: Account): boolean;

  /** Whether the account's role permits the call for all objects. */
  mayAll(operation: OperationId, account: Account): boolean;

  /** Whether the object exists for the viewer: false for the refusal 'not_found'. */
  isThere(call: Promise<unknown>): Promise<boolean>;
}

export const consoleCalls = (
  handlers: OperationHandlers,
  checkPolicy: PolicyCheck,
  requireFreshFactor: FreshFactor,
): ConsoleCalls => {
  const access = (operation: OperationId, account: Account): Access => {
    const { roles, own } = routeOf(operation);
    return accessOf(callerOf(account), roles, own === true);
  };

  const run = async <Id extends OperationId>(
    operation: Id,
    account: Account,
    by: By,
    asked: ConsoleCall<Id> = {},
  ): Promise<Answer<Operations[Id]['answer']>> => {
    const {
      id = '',
      instance,
      credential = '',
      query = {},
      after,
      body = {},
      version = 0,
      idempotencyKey,
      lines,
      ownOnly = false,
    } = asked;
    const route = routeOf(operation);
    const { path } = route;
    const given = { id, instance: instance ?? '', credential };
    if (
      Object.entries(given).some(
        ([name, value]) => path.includes(`{${name}}`) && !(name === 'id' ? (route.ids ?? ID) : ID).test(value),
      )
    ) {
      throw path.startsWith('/agents/') ? nothingThere() : documentRefusal('object_not_found');
    }
    const allowed = access(operation, account);
    const caller = callerOf(account);
    if (route.freshFactor) requireFreshFactor(by);
    const recordPermit = await checkPolicy(operation, route, { id, caller, by });
    const checked = CHECKS[operation](body);
    await recordPermit();
    return handlers[operation]({
      id,
      ...(instance === undefined ? {} : { instance }),
      credential,
      query,
      ...(after ? { after } : {}),
      body: fromWire(checked),
      version,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(lines === undefined ? {} : { lines }),
      caller,
      access: ownOnly ? 'own' : allowed,
      by: {
        ...by,
        account: account.id,
        isByRole: !ownOnly && allowed === 'all' && route.roles.length > 0,
        ...(!ownOnly && account.roles.includes('administrator') ? { isAdministrator: true as const } : {}),
      },
    });
  };

  /** The account's access to a call; undefined if it may not call it. */
  const reach = (operation: OperationId, account: Account): Access | undefined => {
    try {
      return access(operation, account);
    } catch {
      return undefined;
    }
  };

  return {
    access,
    run,

    may: (operation: OperationId, account: Account): boolean => reach(operation, account) !== undefined,

    mayAll: (operation: OperationId, account: Account): boolean => reach(operation, account) === 'all',

    async isThere(call: Promise<unknown>): Promise<boolean> {
      try {
        await call;
        return true;
      } catch (error) {
        if (isDomainError(error) && error.code === 'not_found') return false;
        throw error;
      }
    },
  };
};

/** The one text for a missing object and another owner's (MG-01). */
export const nothingThere = (): DomainError => consoleRefusal('console_agent_not_found');

const callerOf = ({ id, name, roles }: Account): Caller => ({
  kind: 'account',
  id,
  name,
  roles,
  scope: [],
  account: id,
});
