import type Router from '@koa/router';
import type { Context } from 'koa';
import { pushWorker } from '../../../views/assets.ts';
import { pageCsp } from '../../../views/content-security-policy.ts';
import { type NotificationsModel, notificationsPage, type PushModel } from '../../../views/pages/notifications.ts';
import { browserText } from '../../../views/partials/browser-text.ts';
import { testPush } from '../../../views/push/notification-push.ts';
import { notificationsWords } from '../../../views/words/notifications.ts';
import { browserHint } from '../../domain/identity/sessions/browser-hint.ts';
import { pushMessage } from '../../domain/notifications/push-channel.ts';
import { MOST_SUBSCRIPTIONS } from '../../domain/notifications/push-registry.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import {
  byOf,
  doneOf,
  languageOf,
  recordRefusal,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { addChoiceRoutes, choicesModel } from './notification-choices.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

const { done } = notificationsWords;
const DONE = {
  ...done,
  gone: { kind: 'warning', text: done.gone },
  untested: { kind: 'error', text: done.untested },
} as const;

/** Error reasons that mean that the browser's subscription is gone. */
const ENDED: readonly string[] = ['gone', 'not_allowed', 'key_ended', 'not_readable'];

/** Ten minutes are enough: the person who sends a test sees whether it arrives. */
const TEST = { urgency: 'normal', ttlSeconds: 600 } as const;
const WORKER = 'push-worker.js';

/**
 * Adds `/account/notifications`, where a person chooses of what they are notified. With push it also turns messages on in the
 * current browser and shows where they are on; the service worker, whose scope is `/account/`, only shows messages.
 */
export const addNotificationRoutes = (router: Router, deps: PeopleDeps, sessions: AccountSessions): void => {
  const { basePath, push } = deps;
  const scope = `${basePath}/account/`;
  const path = `${scope}notifications`;

  const pushModel = async (
    ctx: Context,
    account: string,
    { registry, keys }: NonNullable<PeopleDeps['push']>,
    more: PushMore,
  ): Promise<PushModel> => {
    const browsers = await registry.list(account);
    return {
      path,
      key: (await keys.current()).publicKey,
      worker: { href: `${scope}${WORKER}`, scope },
      browsers: browsers.map(({ id, name, createdAt, lastSuccessAt }) => ({
        id,
        name,
        createdAt,
        ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
        testAction: `${path}/${id}/test`,
        removeAction: `${path}/${id}/remove`,
      })),
      isFull: browsers.length >= MOST_SUBSCRIPTIONS,
      name: browserText(browserHint(ctx.get('user-agent'))),
      ...more,
    };
  };

  const show = async (
    ctx: Context,
    { account, csrf, signedInAs }: PageSession,
    status: number,
    { flash, ...more }: PushMore & Pick<NotificationsModel, 'flash'>,
  ): Promise<void> => {
    const page = notificationsPage({
      ...{ basePath, signedInAs, csrf },
      isMailed: deps.emails !== undefined && account.emailVerified === true,
      choices: await choicesModel(deps, account, { action: `${path}/choices`, csrf }),
      ...(push ? { push: await pushModel(ctx, account.id, push, more) } : {}),
      ...(flash === undefined ? {} : { flash }),
    });
    sendPage(ctx, status, page, [], 'scripts');
  };

  router.get('/account/notifications', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    await show(ctx, session, 200, doneOf(ctx, DONE));
  });

  addChoiceRoutes(router, deps, sessions, path);
  if (push) addPushRoutes({ router, deps, sessions, path }, push, show);
};

type PushMore = Partial<Pick<PushModel, 'name' | 'error'>>;
type Show = (
  ctx: Context,
  session: PageSession,
  status: number,
  more: PushMore & Pick<NotificationsModel, 'flash'>,
) => Promise<void>;

/** Adds what a person does about their browsers, and the service worker. */
const addPushRoutes = (
  {
    router,
    deps,
    sessions,
    path,
  }: {
    readonly router: Router;
    readonly deps: PeopleDeps;
    readonly sessions: AccountSessions;
    readonly path: string;
  },
  { registry }: NonNullable<PeopleDeps['push']>,
  show: Show,
): void => {
  router.get(`/account/${WORKER}`, (ctx) => {
    const { body, type } = pushWorker();
    ctx.set('Content-Security-Policy', pageCsp({ formTargets: [], scripts: false }));
    ctx.set('Cache-Control', 'no-cache');
    ctx.type = type;
    ctx.body = body;
  });

  router.post('/account/notifications', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const given = (name: string): string => single(form, name) ?? '';
    const name = given('name');
    try {
      const { account } = session;
      await registry.add(
        account.id,
        {
          name,
          endpoint: given('endpoint'),
          p256dh: given('p256dh'),
          auth: given('auth'),
          applicationServerKey: given('key'),
          language: languageOf(ctx),
        },
        byOf(ctx, account.id),
      );
    } catch (error) {
      if (!isDomainError(error) || !['invalid_field', 'conflict'].includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const field = error.field === '/name' ? ({ field: 'name' } as const) : {};
      return show(ctx, session, statusOf(error), {
        name: name.slice(0, 60),
        error: { ...field, text: refusalPhrase(error) },
      });
    }
    seeOther(ctx, `${path}?done=added`);
  });

  router.post('/account/notifications/:id/test', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account } = session;
    try {
      const { failure } = await registry.test(
        account.id,
        ctx.params['id'] ?? '',
        (language) => pushMessage(testPush(language), TEST),
        byOf(ctx, account.id),
      );
      const what = failure === undefined ? 'tested' : ENDED.includes(failure) ? 'gone' : 'untested';
      seeOther(ctx, `${path}?done=${what}`);
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'too_many_requests') throw error;
      await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      await show(ctx, session, statusOf(error), { flash: { kind: 'error', text: refusalPhrase(error) } });
    }
  });

  router.post('/account/notifications/:id/remove', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    await registry.remove(account.id, ctx.params['id'] ?? '', byOf(ctx, account.id));
    seeOther(ctx, `${path}?done=removed`);
  });
};
