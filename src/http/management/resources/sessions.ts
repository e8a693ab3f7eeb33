/** Resource: sessions of people. */

import type { Account } from '../../../domain/identity/accounts/account.ts';
import type { AccountRegistry } from '../../../domain/identity/accounts/account-registry.ts';
import type { Session } from '../../../domain/identity/sessions/session.ts';
import type { SessionRegistry } from '../../../domain/identity/sessions/session-registry.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import { invalidFields } from '../../problem.ts';
import { type Call, existing } from '../call.ts';
import { requireAdministrator } from '../permissions.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, OWN, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import { arrayOf, flag, identified, output, seconds, string, strings } from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { showAccount } from './accounts/representation.ts';
import { ACCOUNT } from './accounts/schemas.ts';

const SOURCE = 'The setting `sessions.source` limits how much of the address is stored.';

const SESSION = named(
  'Session',
  output(
    {
      ...identified('Begins with ses_.'),
      account: string('Account that is signed in.'),
      live: flag('Whether the session is active.'),
      started_at: seconds('When the user first signed in.'),
      auth_time: seconds('When the user last signed in.'),
      acr: string('Authentication context class.'),
      amr: strings('Authentication methods (RFC 8176).', 20, 200),
      last_used_at: seconds('When it was last used, to the minute.'),
      browser: {
        type: 'object',
        properties: { family: string(), system: string() },
        description: 'Browser and platform that the browser reports.',
      },
      source: string(`Address of the last sign-in. ${SOURCE}`),
      seen_from: string(`Address of the last use. ${SOURCE}`),
      clients: strings('Clients that the user signed in to with this session.', 200, 200),
      upstream: string('Upstream provider of the sign-in.'),
      expires_at: seconds('When it expires unless it is used before.'),
      ended_at: seconds('When it was ended.'),
    },
    ['acr', 'browser', 'source', 'seen_from', 'upstream', 'ended_at'],
  ),
);

const SESSION_LIST = named('SessionList', output({ items: arrayOf(ref(SESSION)) }));

const SCOPES = scopes('sessions', {
  read: ['See where people are signed in', 'medium'],
  write: ['Sign people out', 'high'],
});

const make = about('sessions', SCOPES);

const routes = {
  listSessions: make.read('/sessions', SESSION_LIST, 'List the sessions of an account, newest first, at most 200', {
    own: true,
    query: { account: givenId('The account. Without a role only the caller’s own account, which is the default.') },
  }),
  getSession: make.read('/sessions/{id}', SESSION, 'Read a session, including an ended session', OWN),
  endSession: make.act(
    '/sessions/{id}/end',
    SESSION,
    'End a session and the access that apps hold because of it. Offline access stays',
    OWN,
  ),
  endAccountSessions: make.act(
    '/accounts/{id}/end-sessions',
    ACCOUNT,
    'End all sessions of an account, including those that begin in this second, and the access that apps hold because of them',
    { self: true },
  ),
};

export type Sessions = Pick<SessionRegistry, 'get' | 'ofAccount' | 'end' | 'isLive'>;

const MEMBERS = [
  'id',
  'account',
  'startedAt',
  'authTime',
  'acr',
  'amr',
  'browser',
  'source',
  'seenFrom',
  'endedAt',
] as const satisfies readonly (keyof Session)[];

/** `isLive`: whether the session is live now, which the stored session alone does not show. */
const showSession = (session: Session, isLive: boolean) => ({
  ...show(session, MEMBERS),
  live: isLive,
  last_used_at: session.usedAt,
  expires_at: session.until,
  clients: [...new Set(session.apps.map(({ client }) => client))],
  ...(session.upstream ? { upstream: session.upstream.provider } : {}),
});

type Dependencies = {
  readonly sessions: Sessions;
  readonly accounts: Pick<AccountRegistry, 'get' | 'endSessions'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** An account without a role sees and ends its own sessions. Only administrators end those of administrators. */
const handlers = ({ sessions, accounts, clock }: Dependencies): Handlers<typeof routes> => {
  const shown = async (session: Session, account: Account | undefined) => {
    const { id, authTime, until } = session;
    const isLive = account !== undefined && until > clock.now() && (await sessions.isLive(id, account, authTime));
    return showSession(session, isLive);
  };

  const visible = async ({ id, access, caller }: Call): Promise<Session> => {
    const session = await sessions.get(id);
    return existing(session && (access === 'all' || session.account === caller.id) ? session : undefined);
  };

  /** The account whose sessions the caller may end. */
  const endable = async (id: string, { caller }: Call): Promise<Account> => {
    const { document } = existing(await accounts.get(id));
    if (document.roles.includes('administrator') && caller.id !== id) {
      requireAdministrator(caller, 'ends the sessions of an administrator');
    }
    return document;
  };

  return {
    async listSessions({ query, access, caller }) {
      const account = query.account ?? (access === 'own' ? caller.id : undefined);
      if (account === undefined) throw invalidFields([{ parameter: 'account', detail: 'Say whose sessions.' }]);
      // Answers a caller without a role as if other accounts' sessions did not exist (MG-01).
      if (access === 'own' && account !== caller.id) return { body: { items: [] } };
      const items = await sessions.ofAccount(account);
      return { body: { items: items.map((session) => showSession(session, true)) } };
    },

    async getSession(call) {
      const session = await visible(call);
      return { body: await shown(session, (await accounts.get(session.account))?.document) };
    },

    async endSession(call) {
      const { account } = await visible(call);
      const document = await endable(account, call);
      await sessions.end(call.id, call.by, 'by_api');
      return { body: await shown(existing(await sessions.get(call.id)), document) };
    },

    async endAccountSessions(call) {
      const document = await endable(call.id, call);
      await accounts.endSessions(document.id, call.by);
      return { body: showAccount(document) };
    },
  };
};

export const sessions = resource(routes, handlers);
