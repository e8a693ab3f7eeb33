import type Router from '@koa/router';
import type { Context } from 'koa';
import { type ShownSession, sessionsPage } from '../../../views/pages/sessions.ts';
import { sessionWords as words } from '../../../views/words/sessions.ts';
import type { Session } from '../../domain/identity/sessions/session.ts';
import { MOST_SHOWN } from '../../domain/identity/sessions/session-registry.ts';
import type { DeviceCookie } from '../interaction/device-cookie.ts';
import { byOf, doneOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import { accountPageRefusal } from './account-page-refusals.ts';
import type { AccountSessions } from './sessions.ts';

/** Systems of phones and tablets (browser-hint.ts). */
const HANDHELD: readonly (string | undefined)[] = ['Android', 'iPhone', 'iPad'];

/** A page that is opened again later lists the browsers that signed in since. */
const doneWords = (hasOthers: boolean) =>
  ({ ended: words.ended, others: hasOthers ? words.othersEnded : words.onlyThisLeft }) as const;

/**
 * Adds `/account/sessions`, where a person sees and ends their sessions. `leave` continues as after a sign-out, once the
 * session of this browser has ended.
 */
export const addSessionRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  devices: DeviceCookie,
  leave: (ctx: Context, id: string) => Promise<void>,
): void => {
  const { basePath, upstream } = deps;
  const path = `${basePath}/account/sessions`;

  const shown = async (session: Session, current: string): Promise<ShownSession> => {
    const clients = [...new Set(session.apps.map(({ client }) => client))];
    const names = await Promise.all(clients.map(async (client) => (await namesOf(deps, client))?.name));
    const provider = session.upstream && (await upstream.providers.get(session.upstream.provider))?.document.name;
    const { browser, amr, startedAt, authTime, usedAt, source, seenFrom } = session;
    return {
      isThis: session.id === current,
      amr,
      startedAt,
      authTime,
      usedAt,
      ...(browser ? { browser, isHandheld: HANDHELD.includes(browser.system) } : {}),
      ...(source === undefined ? {} : { source }),
      ...(seenFrom === undefined ? {} : { seenFrom }),
      ...(provider === undefined ? {} : { provider }),
      apps: names.filter((name) => name !== undefined),
      endAction: `${path}/${session.id}/end`,
    };
  };

  router.get('/account/sessions', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const newest = await deps.sessions.ofAccount(session.account.id);
    // The page always shows the current session, however many there are.
    const own = newest.some(({ id }) => id === session.id) ? undefined : await deps.sessions.get(session.id);
    const list = await Promise.all([...(own ? [own] : []), ...newest].map((one) => shown(one, session.id)));
    const hasOthers = list.some(({ isThis }) => !isThis);
    const page = sessionsPage({
      basePath,
      signedInAs: session.signedInAs,
      ...doneOf(ctx, doneWords(hasOthers)),
      csrf: session.csrf,
      sessions: list.toSorted((one, other) => Number(other.isThis) - Number(one.isThis)),
      ...(hasOthers ? { endOthersAction: `${path}/end-others` } : {}),
      endAllAction: `${path}/end-all`,
      ...(newest.length >= MOST_SHOWN ? { isCut: true as const } : {}),
    });
    sendPage(ctx, 200, page);
  });

  router.post('/account/sessions/end-others', async (ctx) => {
    const { id, account, assurance } = await sessions.withForm(ctx);
    const { authTime } = assurance;
    const kept = { id, authTime };
    const { document } = await deps.accounts.endSessions(account.id, byOf(ctx, account.id), kept);
    devices.write(ctx, deps.signIn.deviceOf(document, assurance.acr));
    seeOther(ctx, `${path}?done=others`);
  });

  router.post('/account/sessions/end-all', async (ctx) => {
    const { id, account, assurance } = await sessions.withForm(ctx);
    const { document } = await deps.accounts.endSessions(account.id, byOf(ctx, account.id));
    // This becomes the only known browser: guesses of other parties do not lock the user out of it (LG-02).
    devices.write(ctx, deps.signIn.deviceOf(document, assurance.acr));
    await leave(ctx, id);
  });

  router.post('/account/sessions/:session/end', async (ctx) => {
    const { id, account } = await sessions.withForm(ctx);
    const { session = '' } = ctx.params;
    // Answers as if a session of another person did not exist (WB-11).
    if ((await deps.sessions.get(session))?.account !== account.id) {
      throw accountPageRefusal('session_not_found');
    }
    const isThis = session === id;
    await deps.sessions.end(session, byOf(ctx, account.id), isThis ? 'signed_out' : 'from_elsewhere');
    if (isThis) await leave(ctx, id);
    else seeOther(ctx, `${path}?done=ended`);
  });
};
