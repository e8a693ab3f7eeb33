import type { Client } from '../../domain/clients/clients/client.ts';
import type { ClientChange, CreatedClient, NewClient } from '../../domain/clients/clients/client-input.ts';
import type { ClientRegistry } from '../../domain/clients/clients/client-registry.ts';
import { liftedBy } from '../../domain/clients/clients/exceptions.ts';
import type { DynamicRegistration } from '../../domain/clients/registration/dynamic-registration.ts';
import type { FreshFactor } from '../../domain/identity/accounts/fresh-factor.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { DomainError, refuseField } from '../../domain/vocabulary/errors.ts';
import {
  type Answer,
  type Call,
  existing,
  type Handlers,
  objectAnswer,
  pageAnswer,
  sameVersion,
  searchedPage,
} from './call.ts';
import { type Caller, requireAdministrator } from './permissions.ts';
import { showClient, withCertificate } from './representations.ts';

type Operations =
  | 'createClient'
  | 'listClients'
  | 'getClient'
  | 'updateClient'
  | 'disableClient'
  | 'enableClient'
  | 'adoptClient'
  | 'verifyClient'
  | 'unverifyClient'
  | 'rotateClientSecret';

/**
 * Who may change which client. An operator changes neither a client with a role nor an app without consent. The holder of a
 * role client's key acts as its owner in this API. An app without consent acts for every user who signs in to it.
 */
export const clientHandlers = (
  clients: ClientRegistry,
  { adopt, isSelfRegistered }: Pick<DynamicRegistration, 'adopt' | 'isSelfRegistered'>,
  requireFreshFactor: FreshFactor,
): Handlers<Operations> => {
  const mayAct = async ({ id, caller }: Call): Promise<Versioned<Client>> => {
    const found = existing(await clients.get(id));
    if (found.document.roles.includes('administrator')) {
      requireAdministrator(caller, 'changes a client with the role administrator');
    }
    return found;
  };

  const checkSkipConsent = ({ caller, by }: Call): void => {
    requireAdministrator(caller, 'decides that people are not asked for consent', '/skip_consent');
    requireFreshFactor(by);
  };

  /** As `mayAct`, and neither a client that acts for another account nor, without a second factor, one without consent. */
  const changeable = async (call: Call): Promise<Versioned<Client>> => {
    const found = await mayAct(call);
    const { roles, owner, skipConsent } = found.document;
    if (roles.length > 0 && owner !== call.caller.account) {
      requireAdministrator(call.caller, `changes a client that stands for ${owner ? 'another' : 'no'} account`);
    }
    // The holder of the client's credentials has its roles.
    if (roles.some((role) => !holds(call.caller, role))) {
      requireAdministrator(call.caller, 'changes a client with a role that the caller does not hold');
    }
    // Requiring consent again removes a power, and changes nothing else.
    const isOnlyAsking = call.body['skipConsent'] === false && Object.keys(call.body).length === 1;
    if (skipConsent && !isOnlyAsking) checkSkipConsent(call);
    return found;
  };
  /** A client with a role acts for its owner: it may do no more than that account may. */
  const checkOwner = ({ body, caller }: Call, before?: Client): void => {
    const roles = Array.isArray(body.roles) ? body.roles : (before?.roles ?? []);
    const owner = body.owner ?? before?.owner;
    if (roles.length === 0 || owner === caller.account) return;
    if (before && owner === before.owner && before.roles.length > 0) return;
    requireAdministrator(caller, `makes a client with a role stand for ${owner ? 'another' : 'no'} account`, '/owner');
  };
  /** An administrator lifts a rule for software that cannot follow it, and never for software that registered itself. */
  const checkExceptions = async ({ body, caller }: Call, before?: Client): Promise<void> => {
    for (const field of liftedBy(body as ClientChange, before)) {
      requireAdministrator(caller, 'lifts a rule for a client', field);
      if (before && (await isSelfRegistered(before.id))) {
        refuseField(
          field,
          'This client registered itself. Register it with `behalf clients create` to lift a rule for it.',
        );
      }
    }
  };
  /** Only a caller who holds a role may give it. */
  const checkRoles = ({ body, caller }: Call, before?: Client): void => {
    const given: readonly unknown[] = Array.isArray(body.roles) ? body.roles : [];
    const missing = given.find((role) => !holds(caller, role) && !before?.roles.some((held) => held === role));
    if (missing !== undefined) requireAdministrator(caller, `gives the role ${missing}`, '/roles');
  };

  return {
    async createClient(given) {
      const call: Call = { ...given, body: { ...ownerOfNew(given), ...given.body } };
      checkRoles(call);
      checkOwner(call);
      await checkExceptions(call);
      if (call.body['skipConsent'] === true) checkSkipConsent(call);
      return withSecret(await clients.create(withCertificate(call.body) as NewClient, call.by));
    },

    async listClients(call) {
      const { owner } = call.query;
      const of = owner === undefined ? {} : { owner };
      return pageAnswer(
        await searchedPage(
          call,
          (asked) => clients.list({ ...asked, ...of }),
          ({ name, redirectUris }) => [name, ...redirectUris],
        ),
        showClient,
      );
    },

    getClient: async ({ id }) => objectAnswer(existing(await clients.get(id)), showClient),

    async updateClient(call) {
      const { document } = sameVersion(await changeable(call), call);
      checkRoles(call, document);
      checkOwner(call, document);
      await checkExceptions(call, document);
      if (call.body['skipConsent'] === true) checkSkipConsent(call);
      return objectAnswer(
        await clients.update(call.id, call.version, withCertificate(call.body) as ClientChange, call.by),
        showClient,
      );
    },

    async disableClient(call) {
      await mayAct(call);
      return objectAnswer(await clients.disable(call.id, call.by), showClient);
    },

    async enableClient(call) {
      await changeable(call);
      return objectAnswer(await clients.enable(call.id, call.by), showClient);
    },

    verifyClient: async ({ id, by }) => objectAnswer(await clients.verify(id, by), showClient),

    unverifyClient: async ({ id, by }) => objectAnswer(await clients.unverify(id, by), showClient),

    async adoptClient({ id, caller, by }) {
      const { account } = caller;
      if (account === undefined) {
        throw new DomainError('forbidden', 'A client is adopted by an account, or by a client that stands for one.');
      }
      return objectAnswer(await adopt(id, account, by), showClient);
    },

    async rotateClientSecret(call) {
      await changeable(call);
      return withSecret(await clients.rotateSecret(call.id, call.by));
    },
  };
};

/** When the body names no owner: the account that calls, or the account for which a calling client with a role acts. */
const ownerOfNew = ({ caller, body }: Call): { readonly owner?: string } => {
  if (caller.kind === 'account') return { owner: caller.id };
  const hasRole = Array.isArray(body.roles) && body.roles.length > 0 && !caller.roles.includes('administrator');
  return hasRole && caller.account !== undefined ? { owner: caller.account } : {};
};

const holds = ({ roles }: Caller, role: unknown): boolean => roles.some((held) => held === role);

const withSecret = ({ secret, ...created }: CreatedClient): Answer =>
  objectAnswer(created, (client) => ({
    ...showClient(client),
    ...(secret === undefined ? {} : { client_secret: secret }),
  }));
