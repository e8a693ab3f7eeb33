import type { Account } from '../../domain/identity/accounts/account.ts';
import type { AccountRegistry } from '../../domain/identity/accounts/account-registry.ts';
import type { Session } from '../../domain/identity/sessions/session.ts';
import type { SessionRegistry } from '../../domain/identity/sessions/session-registry.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { invalidFields } from '../problem.ts';
import { type Call, existing, type Handlers } from './call.ts';
import { requireAdministrator } from './permissions.ts';
import { showAccount, showSession } from './representations.ts';

export type Sessions = Pick<SessionRegistry, 'get' | 'ofAccount' | 'end' | 'isLive'>;

type Operations = 'listSessions' | 'getSession' | 'endSession' | 'endAccountSessions';

/** An account without a role sees and ends its own sessions. Only administrators end those of administrators. */
export const sessionHandlers = (
  sessions: Sessions,
  accounts: Pick<AccountRegistry, 'get' | 'endSessions'>,
  clock: Pick<Clock, 'now'>,
): Handlers<Operations> => {
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
      // Without a role, other accounts' sessions do not exist (MG-01).
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
