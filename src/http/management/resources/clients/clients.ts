/** Resource: clients. */

import type { Client } from '../../../../domain/clients/clients/client.ts';
import type { CreatedClient } from '../../../../domain/clients/clients/client-input.ts';
import type { ClientRegistry } from '../../../../domain/clients/clients/client-registry.ts';
import { liftedBy } from '../../../../domain/clients/clients/exceptions.ts';
import type { DynamicRegistration } from '../../../../domain/clients/registration/dynamic-registration.ts';
import type { FreshFactor } from '../../../../domain/identity/accounts/fresh-factor.ts';
import type { DirectoryRegistry } from '../../../../domain/identity/directories/directory-registry.ts';
import type { Versioned } from '../../../../domain/ports/document-store.ts';
import type { SignalReceiverRegistry } from '../../../../domain/signals/transmitter/receiver-registry.ts';
import { type Call, existing, objectAnswer, orderOf, pageAnswer, sameVersion, searchedPage } from '../../call.ts';
import { managementRefusal } from '../../management-refusals.ts';
import { type Caller, requireAdministrator } from '../../permissions.ts';
import { type Handlers, resource } from '../../resource.ts';
import { ADMINISTRATORS, about, givenId, ORDER, OWN, PAGE, SEARCH, scopes, stateFilter } from '../../route.ts';
import type { TypeOf } from '../../schema.ts';
import { oneOf } from '../../schema-parts.ts';
import { type FromWire, fromWireBelow } from '../../wire-names.ts';
import { showClient } from './representation.ts';
import { CLIENT, CLIENT_CHANGE, CLIENT_PAGE, NEW_CLIENT } from './schemas.ts';

const SCOPES = scopes('clients', {
  read: ['See the registered clients', 'low'],
  write: ['Register, change and disable clients', 'critical'],
});

const make = about('clients', SCOPES);

const routes = {
  createClient: make.create('/clients', NEW_CLIENT, CLIENT, 'Register a client. A secret is shown only once', {
    policy: 'register',
  }),
  listClients: make.read('/clients', CLIENT_PAGE, 'List clients, newest first unless `sort` says otherwise', {
    query: {
      ...PAGE,
      owner: givenId('Only clients of this account.'),
      search: SEARCH,
      state: stateFilter(['active', 'disabled', 'retired']),
      sort: { ...oneOf('Sort key.', ['created', 'name']), default: 'created' },
      order: ORDER,
    },
  }),
  getClient: make.read('/clients/{id}', CLIENT, 'Read a client'),
  updateClient: make.change('/clients/{id}', CLIENT_CHANGE, CLIENT, 'Change members of a client'),
  disableClient: make.act('/clients/{id}/disable', CLIENT, 'Disable a client. Its tokens and credentials stop working'),
  enableClient: make.act(
    '/clients/{id}/enable',
    CLIENT,
    'Enable a client again. After a suspension for security, an operator who does not own it does',
  ),
  verifyClient: make.act(
    '/clients/{id}/verify',
    CLIENT,
    'Verify the name of a client. Other clients cannot register a similar name',
    { roles: ADMINISTRATORS },
  ),
  unverifyClient: make.act('/clients/{id}/unverify', CLIENT, 'Remove the verification of a name', {
    roles: ADMINISTRATORS,
  }),
  rotateClientSecret: make.act(
    '/clients/{id}/rotate-secret',
    CLIENT,
    'Rotate the secret. The old secret becomes invalid at once',
  ),
  adoptClient: make.act(
    '/clients/{id}/adoption',
    CLIENT,
    'Adopt a client that registered itself and has no owner',
    OWN,
  ),
};

/** A client that a call creates or changes. */
type Written = Pick<Call, 'caller' | 'by'> & { readonly body: FromWire<TypeOf<(typeof CLIENT_CHANGE)['schema']>> };

type Dependencies = {
  readonly clients: ClientRegistry;
  readonly selfRegistration: Pick<DynamicRegistration, 'adopt' | 'isSelfRegistered'>;
  readonly requireFreshFactor: FreshFactor;
  readonly directories: Pick<DirectoryRegistry, 'hasClient'>;
  readonly signalReceivers: Pick<SignalReceiverRegistry, 'hasClient'>;
};

/**
 * Checks who may change which client. An operator changes neither a client with a role, nor an app without consent, nor the
 * client of a directory or of a receiver of security events. The holder of a role client's key acts as its owner in this API. An
 * app without consent acts for every user who signs in to it. The client of a directory sets addresses of people, so its
 * credentials are worth a password. The client of a receiver hears of people whom an administrator chose.
 */
const handlers = ({
  clients,
  selfRegistration: { adopt, isSelfRegistered },
  requireFreshFactor,
  directories,
  signalReceivers,
}: Dependencies): Handlers<typeof routes> => {
  const mayAct = async ({ id, caller }: Call): Promise<Versioned<Client>> => {
    const found = existing(await clients.get(id));
    if (found.document.roles.includes('administrator')) {
      requireAdministrator(caller, 'changes a client with the role administrator');
    }
    return found;
  };

  const checkSkipConsent = ({ caller, by }: Pick<Call, 'caller' | 'by'>): void => {
    requireAdministrator(caller, 'decides that people are not asked for consent', '/skip_consent');
    requireFreshFactor(by);
  };

  /**
   * Like `mayAct`. Also refuses a client that acts for another account and, without a second factor, a client without
   * consent and the client of a directory or receiver.
   */
  const changeable = async (call: Call, isOnlyAsking = false): Promise<Versioned<Client>> => {
    const found = await mayAct(call);
    const { roles, owner, skipConsent } = found.document;
    if (roles.length > 0 && owner !== call.caller.account) {
      requireAdministrator(call.caller, `changes a client that stands for ${owner ? 'another' : 'no'} account`);
    }
    // The holder of the client's credentials has its roles.
    if (roles.some((role) => !holds(call.caller, role))) {
      requireAdministrator(call.caller, 'changes a client with a role that the caller does not hold');
    }
    if (skipConsent && !isOnlyAsking) checkSkipConsent(call);
    if (await directories.hasClient(call.id)) {
      requireAdministrator(call.caller, 'changes the client of a directory');
      requireFreshFactor(call.by);
    }
    if (await signalReceivers.hasClient(call.id)) {
      requireAdministrator(call.caller, 'changes the client of a receiver of security events');
      requireFreshFactor(call.by);
    }
    return found;
  };
  /** A client with a role acts for its owner, so it may do no more than that account. */
  const checkOwner = ({ body, caller }: Written, before?: Client): void => {
    const roles = body.roles ?? before?.roles ?? [];
    const owner = body.owner ?? before?.owner;
    if (roles.length === 0 || owner === caller.account) return;
    if (before && owner === before.owner && before.roles.length > 0) return;
    requireAdministrator(caller, `makes a client with a role stand for ${owner ? 'another' : 'no'} account`, '/owner');
  };
  /** An administrator lifts a rule for software that cannot follow it, but never for software that registered itself. */
  const checkExceptions = async ({ body, caller }: Written, before?: Client): Promise<void> => {
    for (const field of liftedBy(body, before)) {
      requireAdministrator(caller, 'lifts a rule for a client', field);
      if (before && (await isSelfRegistered(before.id))) {
        throw managementRefusal('self_registered_not_excepted', { field });
      }
    }
  };
  /** Only a caller who holds a role may give it. */
  const checkRoles = ({ body, caller }: Written, before?: Client): void => {
    const missing = body.roles?.find((role) => !holds(caller, role) && !before?.roles.some((held) => held === role));
    if (missing !== undefined) requireAdministrator(caller, `gives the role ${missing}`, '/roles');
  };

  return {
    async createClient(given) {
      const call = { ...given, body: { ...ownerOfNew(given), ...given.body } };
      checkRoles(call);
      checkOwner(call);
      await checkExceptions(call);
      if (call.body.skipConsent === true) checkSkipConsent(call);
      return withSecret(await clients.create(fromWireBelow(call.body, 'certificate'), call.by));
    },

    async listClients(call) {
      const { owner } = call.query;
      const of = owner === undefined ? {} : { owner };
      return pageAnswer(
        await searchedPage(
          call,
          (asked) => clients.list({ ...asked, ...of }),
          ({ name, redirectUris }) => [name, ...redirectUris],
          { order: orderOf(call.query, { created: 'createdAt', name: 'name' }) },
        ),
        showClient,
      );
    },

    getClient: async ({ id }) => objectAnswer(existing(await clients.get(id)), showClient),

    async updateClient(call) {
      // Requiring consent again only removes a power.
      const isOnlyAsking = call.body.skipConsent === false && Object.keys(call.body).length === 1;
      const { document } = sameVersion(await changeable(call, isOnlyAsking), call);
      checkRoles(call, document);
      checkOwner(call, document);
      await checkExceptions(call, document);
      if (call.body.skipConsent === true) checkSkipConsent(call);
      return objectAnswer(
        await clients.update(call.id, call.version, fromWireBelow(call.body, 'certificate'), call.by),
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
        throw managementRefusal('adoption_needs_account');
      }
      return objectAnswer(await adopt(id, account, by), showClient);
    },

    async rotateClientSecret(call) {
      await changeable(call);
      return withSecret(await clients.rotateSecret(call.id, call.by));
    },
  };
};

/** The owner if the body names none: the calling account, or the account for which a calling client with a role acts. */
const ownerOfNew = ({ caller, body }: Written): { readonly owner?: string } => {
  if (caller.kind === 'account') return { owner: caller.id };
  const hasRole = body.roles !== undefined && body.roles.length > 0 && !caller.roles.includes('administrator');
  return hasRole && caller.account !== undefined ? { owner: caller.account } : {};
};

const holds = ({ roles }: Caller, role: unknown): boolean => roles.some((held) => held === role);

const withSecret = ({ secret, ...created }: CreatedClient) =>
  objectAnswer(created, (client) => ({
    ...showClient(client),
    ...(secret === undefined ? {} : { client_secret: secret }),
  }));

export const clients = resource(routes, handlers);
