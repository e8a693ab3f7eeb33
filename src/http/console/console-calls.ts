/**
 * `/console`: the pages of agent owners and of operators. Every fact about an agent, and every button, goes through the
 * handlers of the management API, as the account that is signed in. Permissions, validation and audit events are decided
 * there, once. This folder turns answers into page models and forms into calls. It does not own markup
 * (views/pages/console-*.ts) nor sessions and CSRF (src/http/account, middleware).
 */
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { FreshFactor } from '../../domain/identity/accounts/fresh-factor.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { By } from '../../domain/platform/registries/registered-documents.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import type { Answer, Handlers, RouteQuery } from '../management/call.ts';
import type { JsonObject } from '../management/json-body.ts';
import { type Access, accessOf, type Caller } from '../management/permissions.ts';
import type { PolicyCheck } from '../management/policy-check.ts';
import { fromWire } from '../management/representations.ts';
import { type OperationId, routeEntries } from '../management/route-table.ts';
import type { RouteDeclaration } from '../management/routes/route.ts';
import { type InputChecks, inputChecks } from '../management/validation.ts';
import { consoleRefusal } from './console-refusals.ts';

export type ConsoleOperation =
  | 'createAgent'
  | 'listAgents'
  | 'getAgent'
  | 'updateAgent'
  | 'suspendAgent'
  | 'resumeAgent'
  | 'retireAgent'
  | 'acceptAgent'
  | 'declineAgent'
  | 'listInstances'
  | 'endInstance'
  | 'addCredential'
  | 'suspendCredential'
  | 'resumeCredential'
  | 'removeCredential'
  | 'listApprovals'
  | 'getApproval'
  | 'reviewApproval'
  | 'listPolicySets'
  | 'getPolicySet'
  | 'validatePolicies'
  | 'createPolicySet'
  | 'updatePolicySet'
  | 'activatePolicySet'
  | 'simulatePolicies'
  | 'replayPolicies'
  | 'listAccounts'
  | 'getAccount'
  | 'previewDisableAccount'
  | 'disableAccount'
  | 'enableAccount'
  | 'listAccountFactors'
  | 'removeAccountFactors'
  | 'listGroups'
  | 'getGroup'
  | 'createGroup'
  | 'updateGroup'
  | 'listDelegations'
  | 'revokeDelegation'
  | 'listSessions'
  | 'endSession'
  | 'endAccountSessions'
  | 'listClients'
  | 'getClient'
  | 'disableClient'
  | 'enableClient'
  | 'adoptClient'
  | 'verifyClient'
  | 'unverifyClient'
  | 'listResourceServers'
  | 'getResourceServer'
  | 'disableResourceServer'
  | 'enableResourceServer'
  | 'acceptDelegation'
  | 'withdrawDelegation'
  | 'listBlueprints'
  | 'getBlueprint'
  | 'diffBlueprint'
  | 'previewBlueprint'
  | 'listBlueprintVersions'
  | 'activateBlueprint'
  | 'deprecateBlueprint'
  | 'listAuditEvents'
  | 'exportAudit'
  | 'listUpstreamLinks'
  | 'listUpstreams'
  | 'disableUpstream'
  | 'enableUpstream';

/** The parameters of a call; members as the API spells them. */
type ConsoleCall = {
  readonly id?: string;
  readonly instance?: string;
  readonly credential?: string;
  readonly query?: RouteQuery;
  readonly after?: Cursor | undefined;
  readonly body?: JsonObject;
  readonly version?: number;
  readonly idempotencyKey?: string;
  /** Treats the caller as an account without a role, to list what is its own. Removes rights, never adds any. */
  readonly ownOnly?: boolean;
};

const ID = /^[A-Za-z0-9_-]{1,128}$/;
const ROUTES = new Map<OperationId, RouteDeclaration>(routeEntries());

export interface ConsoleCalls {
  /**
   * How far the operation reaches for the account: all objects, or its own. Throws DomainError 'forbidden' where it may
   * not call it at all.
   */
  access(operation: ConsoleOperation, account: Account): Access;

  /** Makes the call in the name of the account. Throws what the management API refuses with, as a DomainError. */
  run(operation: ConsoleOperation, account: Account, by: By, asked?: ConsoleCall): Promise<Answer>;

  /** Whether the account may make the call at all. */
  may(operation: ConsoleOperation, account: Account): boolean;

  /** Whether it may by its role, not only for its own objects. */
  mayAll(operation: ConsoleOperation, account: Account): boolean;

  /** Whether the object exists for the viewer: false when the call is refused with 'not_found'. */
  isThere(call: Promise<unknown>): Promise<boolean>;
}

export const consoleCalls = (
  handlers: Handlers<ConsoleOperation>,
  checkPolicy: PolicyCheck,
  requireFreshFactor: FreshFactor,
): ConsoleCalls => {
  const checksOf = new Map<ConsoleOperation, InputChecks>();

  const routeOf = (operation: ConsoleOperation): RouteDeclaration => {
    const route = ROUTES.get(operation);
    if (!route) throw new Error(`no route ${operation}`);
    return route;
  };

  const access = (operation: ConsoleOperation, account: Account): Access => {
    const { roles, own } = routeOf(operation);
    return accessOf(callerOf(account), roles, own === true);
  };

  const checkBody = (operation: ConsoleOperation, body: JsonObject): void => {
    const checks = checksOf.get(operation) ?? inputChecks(routeOf(operation));
    checksOf.set(operation, checks);
    checks.body(body);
  };

  const run = async (
    operation: ConsoleOperation,
    account: Account,
    by: By,
    asked: ConsoleCall = {},
  ): Promise<Answer> => {
    const {
      id = '',
      instance,
      credential = '',
      query = {},
      after,
      body = {},
      version = 0,
      idempotencyKey,
      ownOnly = false,
    } = asked;
    const { path } = routeOf(operation);
    const given = { id, instance: instance ?? '', credential };
    if (Object.entries(given).some(([name, value]) => path.includes(`{${name}}`) && !ID.test(value))) {
      throw path.startsWith('/agents/') ? nothingThere() : documentRefusal('object_not_found');
    }
    const allowed = access(operation, account);
    const caller = callerOf(account);
    if (routeOf(operation).freshFactor) requireFreshFactor(by);
    const recordPermit = await checkPolicy(operation, routeOf(operation), { id, caller, by });
    if (routeOf(operation).body !== undefined) checkBody(operation, body);
    await recordPermit();
    return handlers[operation]({
      id,
      ...(instance === undefined ? {} : { instance }),
      credential,
      query,
      ...(after ? { after } : {}),
      body: fromWire(body),
      version,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      caller,
      access: ownOnly ? 'own' : allowed,
      by: {
        ...by,
        account: account.id,
        isByRole: !ownOnly && allowed === 'all' && routeOf(operation).roles.length > 0,
        ...(!ownOnly && account.roles.includes('administrator') ? { isAdministrator: true as const } : {}),
      },
    });
  };

  /** The access that the account has to a call; undefined where it may not call it. */
  const reach = (operation: ConsoleOperation, account: Account): Access | undefined => {
    try {
      return access(operation, account);
    } catch {
      return undefined;
    }
  };

  return {
    access,
    run,

    may: (operation: ConsoleOperation, account: Account): boolean => reach(operation, account) !== undefined,

    mayAll: (operation: ConsoleOperation, account: Account): boolean => reach(operation, account) === 'all',

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

/** The one text for "not there" and "not yours" (MG-01). */
export const nothingThere = (): DomainError => consoleRefusal('console_agent_not_found');

const callerOf = ({ id, name, roles }: Account): Caller => ({
  kind: 'account',
  id,
  name,
  roles,
  scope: [],
  account: id,
});
