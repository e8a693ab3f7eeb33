import { chosenName } from '../../../views/agent-text.ts';
import type { Html } from '../../../views/html.ts';
import { type WebhookRow, webhookPage, webhooksPage } from '../../../views/pages/console-settings.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { webhookWords as words } from '../../../views/words/console-settings.ts';
import { notificationGroups, notificationKinds } from '../../../views/words/notification-kinds.ts';
import { NOTIFICATION_KIND_NAMES, type NotificationKind } from '../../domain/notifications/notification-kinds.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { type FieldKind, lineField, manyField, namedField } from './form-fields.ts';
import { listed, sortingOf, sortLinks, sortQuery } from './list-page.ts';
import type { ObjectFormSpec, Shown } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading, ownerText } from './object-names.ts';
import { addObjectRemoval } from './object-removal.ts';
import { addRotation } from './object-secrets.ts';

/** What the heads of the list sort by. */
const SORTS = ['name'] as const;

/** An endpoint as the management API shows it. */
type ShownWebhook = AnswerOf<'getWebhook'>;

const removalPage = (frame: ConsoleFrame, href: string, typed: TypedConfirmation): Html => {
  const question = words.removeAsked(chosenName(typed.name, 100));
  const asked = { title: words.remove, question, lead: words.removeLead, typed };
  const form = { button: words.remove, action: `${href}/delete`, cancelHref: href };
  return confirmPage(frame, { place: 'webhooks', ...asked, ...form });
};

/** Adds `/console/webhooks`: the endpoints, their forms, and what an operator does with one. */
export const addWebhookPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/webhooks`;

  page('/console/webhooks', async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const sorting = sortingOf(query, SORTS);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listWebhooks', path: home, asked: sorting, query: sortQuery(sorting) },
      query.get('after'),
    );
    const newHref = calls.may('createWebhook', viewer.account) ? { newHref: `${home}/new` } : {};
    const asked = { search: '', state: '' };
    const mayVerify = calls.may('updateWebhook', viewer.account);
    const rows = items.map((one) => ({
      ...rowOf(home, one),
      ...(mayVerify && one.state === 'unproven' ? { verifyAction: `${home}/${one.id}/verify` } : {}),
    }));
    const sorts = sortLinks(home, {}, SORTS, sorting);
    sendPage(ctx, 200, webhooksPage({ ...frame, action: home, asked, rows, pages, sorts, ...newHref }));
  });

  const spec = formsOf(parts, home);
  addObjectForms(parts, spec);
  addRotation(parts, {
    ...{ path: spec.path, place: spec.place, hrefOf: spec.hrefOf, lead: words.rotateLead, page: secretOf },
    ...{ read: 'getWebhook', rotate: 'rotateWebhookSecret' },
  });

  const webhookOf = async ({ account, by }: Viewer, id: string): Promise<ShownWebhook> =>
    (await calls.run('getWebhook', account, by, { id })).body;

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
          { text: fieldWords.rotateSecret, href: `${row.href}/rotate-secret` },
          { text: words.remove, href: `${row.href}/delete`, kind: 'danger' },
        ]
      : [];
    const { kinds, failing_since: failingSince, created_at: createdAt, owner } = webhook;
    const { former_secret_until: formerUntil } = webhook;
    sendPage(
      ctx,
      200,
      webhookPage({
        ...{ ...frame, actions },
        webhook: {
          ...{ ...row, kinds, createdAt },
          ...(owner === undefined ? {} : { ownerName: names(owner) }),
          ...(failingSince === undefined ? {} : { failingSince }),
          ...(formerUntil === undefined ? {} : { formerUntil }),
        },
      }),
    );
  });

  addObjectRemoval(parts, { ...{ path: spec.path, operation: 'removeWebhook' }, read: webhookOf, asking: removalPage });

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
};

/** Shows the secret of an endpoint once. */
const secretOf = (frame: ConsoleFrame, made: Shown, href: string): Html =>
  secretPage(frame, {
    ...{ place: 'webhooks', title: words.secretTitle, lead: words.secretLead },
    secrets: [{ label: words.secret, value: String(made['secret']) }],
    next: { href, text: objectWords.onward },
  });

/** Every kind has words. */
const SAID: Readonly<Record<NotificationKind, (typeof notificationKinds)[keyof typeof notificationKinds]>> =
  notificationKinds;

type Group = keyof typeof notificationGroups;
const GROUPS = Object.keys(notificationGroups) as readonly Group[];
const kindsOf = (group: Group): readonly NotificationKind[] =>
  NOTIFICATION_KIND_NAMES.filter((kind) => SAID[kind].group === group);

/** By group; `all:` and its name stand for each kind of a group. */
const KINDS = GROUPS.flatMap((group) => [
  { value: `all:${group}`, text: words.allKinds, group: notificationGroups[group], isAll: true as const },
  ...kindsOf(group).map((value) => ({ value, text: SAID[value].text, group: notificationGroups[group], code: value })),
]);

const kindsField: FieldKind = {
  ...manyField(KINDS),
  read: (given) => {
    const ticked = given.filter((one) => !one.startsWith('all:'));
    const whole = GROUPS.filter((group) => given.includes(`all:${group}`)).flatMap(kindsOf);
    return given.length === 0 ? undefined : [...new Set([...ticked, ...whole])];
  },
};

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
    { title: words.kinds, fields: [{ name: 'kinds', label: words.kinds, hint: words.kindsHint, kind: kindsField }] },
  ],
  create: {
    ...{ operation: 'createWebhook', title: words.make, lead: words.makeLead, button: words.add, done: 'created' },
    body: (body) => ({ kinds: [], ...body }),
    page: secretOf,
  },
  change: {
    ...{ read: 'getWebhook', operation: 'updateWebhook', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
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
