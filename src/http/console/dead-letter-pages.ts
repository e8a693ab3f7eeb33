import { type DeadLetterAttempt, deadLettersPage } from '../../../views/pages/console-dead-letters.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { ItemOf } from './console-calls.ts';
import { partyNames, personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';

type ShownLetter = ItemOf<'listDeadLetters'>;

/** Adds `/console/dead-letters`: notifications whose delivery was abandoned, and the button that sends one again. */
export const addDeadLetterPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/dead-letters`;

  /** Names of the endpoints of one page; a deleted endpoint has none. */
  const webhookNames = async ({ account, by }: Viewer, letters: readonly ShownLetter[]) => {
    const names = new Map<string, string>();
    for (const id of new Set(letters.filter(({ channel }) => channel === 'webhook').map(({ to }) => to))) {
      try {
        const { body } = await calls.run('getWebhook', account, by, { id });
        if (body) names.set(id, body.name);
      } catch (error) {
        if (!isDomainError(error) || error.code !== 'not_found') throw error;
      }
    }
    return names;
  };

  page('/console/dead-letters', async (ctx, { viewer, frame }) => {
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listDeadLetters', path: home },
      queryOf(ctx).get('after'),
    );
    const webhooks = await webhookNames(viewer, items);
    const names = await partyNames(
      deps,
      items.map(({ to }) => to),
    );
    const mayRetry = calls.may('retryDeadLetter', viewer.account);
    const hrefOf = (to: string): string | undefined => {
      if (webhooks.has(to)) return `${deps.basePath}/console/webhooks/${to}`;
      return to.startsWith('acc_') ? personHref(deps, to) : undefined;
    };
    const rows = items.map(
      ({
        id,
        kind,
        channel,
        to,
        attempts,
        failure,
        failure_status: status,
        history,
        created_at: createdAt,
        forget_at: forgetAt,
      }) => {
        const recipientHref = hrefOf(to);
        return {
          ...{ id, kind, channel, attempts, failure, history: history.map(attemptOf), createdAt, forgetAt },
          ...(status === undefined ? {} : { status }),
          recipient: webhooks.get(to) ?? names(to),
          ...(recipientHref === undefined ? {} : { recipientHref }),
          ...(mayRetry ? { againAction: `${home}/${encodeURIComponent(id)}/retry` } : {}),
        };
      },
    );
    const asked = { search: '', state: '' };
    const allAction = mayRetry && rows.length > 0 ? { allAction: `${home}/retry` } : {};
    sendPage(ctx, 200, deadLettersPage({ ...frame, action: home, asked, rows, pages, ...allAction }));
  });

  router.post('/console/dead-letters/retry', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    const { body } = await calls.run('retryDeadLetters', account, by, { body: {} });
    const isPart = body?.more === true || (body?.kept ?? 0) > 0;
    seeOther(ctx, `${home}?done=${isPart ? 'sentAgainInPart' : 'sentAllAgain'}`);
  });

  router.post('/console/dead-letters/:id/retry', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('retryDeadLetter', account, by, { id: ctx.params['id'] ?? '' });
    seeOther(ctx, `${home}?done=sentAgain`);
  });
};

const attemptOf = ({ at, failure, status }: ShownLetter['history'][number]): DeadLetterAttempt => ({
  ...{ at, failure },
  ...(status === undefined ? {} : { status }),
});
