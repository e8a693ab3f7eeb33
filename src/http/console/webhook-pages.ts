import { chosenName } from '../../../views/agent-text.ts';
import { type WebhookRow, webhookPage, webhooksPage } from '../../../views/pages/console-settings.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { secretPage } from '../../../views/partials/object-form.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { webhookWords as words } from '../../../views/words/console-settings.ts';
import { NOTIFICATION_KIND_NAMES } from '../../domain/notifications/notification-kinds.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { lineField, manyField, namedField } from './form-fields.ts';
import { listed } from './list-page.ts';
import type { ObjectFormSpec, Shown } from './object-form-values.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading, ownerText } from './object-names.ts';

/** An endpoint as the management API shows it. */
type ShownWebhook = AnswerOf<'getWebhook'>;

/** Adds `/console/webhooks`: the endpoints, their forms, and what an operator does with one. */
export const addWebhookPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/webhooks`;

  page('/console/webhooks', async (ctx, { viewer, frame }) => {
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listWebhooks', path: home },
      queryOf(ctx).get('after'),
    );
    const newHref = calls.may('createWebhook', viewer.account) ? { newHref: `${home}/new` } : {};
    const asked = { search: '', state: '' };
    const rows = items.map((one) => rowOf(home, one));
    sendPage(ctx, 200, webhooksPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(parts, home));

  const webhookOf = async ({ account, by }: Viewer, id: string): Promise<ShownWebhook> =>
    (await calls.run('getWebhook', account, by, { id })).body as ShownWebhook;

  page('/console/webhooks/:id', async (ctx, { viewer, frame }, id) => {
    const webhook = await webhookOf(viewer, id);
    const names = await partyNames(deps, [webhook.owner]);
    const row = rowOf(home, webhook);
    const actions: readonly ObjectAction[] = calls.may('updateWebhook', viewer.account)
      ? [
          { text: words.verify, action: `${row.href}/verify`, kind: webhook.state === 'active' ? 'plain' : 'primary' },
          { text: words.test, action: `${row.href}/test` },
          { text: fieldWords.change, href: `${row.href}/edit` },
          ...(webhook.state === 'stopped' ? [] : [{ text: words.stop, action: `${row.href}/stop` }]),
          { text: words.remove, href: `${row.href}/delete`, kind: 'danger' },
        ]
      : [];
    const { kinds, failing_since: failingSince, created_at: createdAt, owner } = webhook;
    sendPage(
      ctx,
      200,
      webhookPage({
        ...{ ...frame, actions },
        webhook: {
          ...{ ...row, kinds, createdAt },
          ...(owner === undefined ? {} : { ownerName: names(owner) }),
          ...(failingSince === undefined ? {} : { failingSince }),
        },
      }),
    );
  });

  page('/console/webhooks/:id/delete', async (ctx, { viewer, frame }, id) => {
    calls.access('removeWebhook', viewer.account);
    const { name } = await webhookOf(viewer, id);
    const href = `${home}/${id}`;
    const asked = { title: words.remove, question: words.removeAsked(chosenName(name, 100)), lead: words.removeLead };
    const form = { button: words.remove, action: `${href}/delete`, cancelHref: href };
    sendPage(ctx, 200, confirmPage(frame, { ...asked, ...form }));
  });

  const button = (name: string, run: (viewer: Viewer, id: string) => Promise<string>): void => {
    router.post(`/console/webhooks/:id/${name}`, async (ctx) => {
      const { form: _, ...session } = await sessions.withForm(ctx);
      seeOther(ctx, await run(openedAs(ctx, session).viewer, ctx.params['id'] ?? ''));
    });
  };
  button('verify', async ({ account, by }, id) => {
    await calls.run('verifyWebhook', account, by, { id });
    return `${home}/${id}?done=webhookVerified`;
  });
  button('test', async ({ account, by }, id) => {
    const { body } = await calls.run('testWebhook', account, by, { id });
    return `${home}/${id}?done=${body?.sent ? 'testSent' : 'testFailed'}`;
  });
  button('stop', async ({ account, by }, id) => {
    await calls.run('stopWebhook', account, by, { id });
    return `${home}/${id}?done=webhookStopped`;
  });
  button('delete', async ({ account, by }, id) => {
    await calls.run('removeWebhook', account, by, { id });
    return `${home}?done=deleted`;
  });
};

const KINDS = NOTIFICATION_KIND_NAMES.map((value) => ({ value, text: value }));

const formsOf = ({ deps }: PageParts, home: string): ObjectFormSpec => ({
  ...{ path: '/console/webhooks', place: 'webhooks' },
  hrefOf: (id) => `${home}/${id}`,
  shown: async (webhook) => ({ ...webhook, owner: await ownerText(deps, webhook['owner'] as string | undefined) }),
  sections: [
    {
      title: objectWords.identity,
      fields: [
        { name: 'name', label: fieldWords.name, kind: lineField(100) },
        { name: 'url', label: words.url, hint: words.urlHint, kind: lineField(2048) },
        {
          ...{ name: 'owner', label: fieldWords.owner, hint: words.ownerHint },
          ...{ kind: namedField('owner'), optional: true },
        },
      ],
    },
    { title: words.kinds, fields: [{ name: 'kinds', label: words.kinds, kind: manyField(KINDS) }] },
  ],
  create: {
    ...{ operation: 'createWebhook', title: words.make, lead: words.makeLead, button: words.make, done: 'created' },
    body: (body) => ({ kinds: [], ...body }),
    page: (frame, made: Shown, href) =>
      secretPage(frame, {
        ...{ place: 'webhooks', title: words.secretTitle, lead: words.secretLead },
        secrets: [{ label: words.secret, value: String(made['secret']) }],
        next: { href, text: objectWords.onward },
      }),
  },
  change: {
    ...{ read: 'getWebhook', operation: 'updateWebhook', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.urlHint },
  },
});

const rowOf = (
  home: string,
  {
    id,
    name,
    url,
    state,
    last_success_at: deliveredAt,
    last_failure_at: failedAt,
    last_failure: failure,
  }: ShownWebhook,
): WebhookRow => ({
  ...{ id, href: `${home}/${id}`, name, url, state },
  ...(deliveredAt === undefined ? {} : { deliveredAt }),
  ...(failedAt === undefined ? {} : { failedAt }),
  ...(failure === undefined ? {} : { failure }),
});
