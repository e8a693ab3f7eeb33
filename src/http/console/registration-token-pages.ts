import {
  type RegistrationTokenRow,
  registrationTokensPage,
  revokeRegistrationTokenPage,
} from '../../../views/pages/console-registration-tokens.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { registrationTokenWords as words } from '../../../views/words/console-registration-tokens.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, doerName, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { durationField, lineField, namedField, numberField } from './form-fields.ts';
import { listed } from './list-page.ts';
import type { ObjectFormSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';

/** Adds `/console/registration-tokens`: initial access tokens, the form for a new one, and its revocation. */
export const addRegistrationTokenPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/registration-tokens`;

  page('/console/registration-tokens', async (ctx, { viewer, frame }) => {
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listInitialAccessTokens', path: home },
      queryOf(ctx).get('after'),
    );
    const mayRevoke = calls.may('revokeInitialAccessToken', viewer.account);
    const rows = (await rowsOf(deps, items)).map((row) => ({
      ...row,
      ...(mayRevoke && row.state === 'active' ? { revokeHref: `${home}/${row.id}/revoke` } : {}),
    }));
    const newHref = calls.may('createInitialAccessToken', viewer.account) ? { newHref: `${home}/new` } : {};
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, registrationTokensPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(home));

  page('/console/registration-tokens/:id/revoke', async (ctx, { viewer, frame }, id) => {
    calls.access('revokeInitialAccessToken', viewer.account);
    const { body } = await calls.run('getInitialAccessToken', viewer.account, viewer.by, { id });
    const tokens = await rowsOf(deps, [body]);
    const form = { action: `${home}/${id}/revoke`, cancelHref: home };
    sendPage(ctx, 200, revokeRegistrationTokenPage(frame, { ...form, tokens }));
  });

  router.post('/console/registration-tokens/:id/revoke', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('revokeInitialAccessToken', account, by, { id: ctx.params['id'] ?? '' });
    seeOther(ctx, `${home}?done=tokenRevoked`);
  });
};

/** An initial access token as the management API shows it. */
type ShownToken = AnswerOf<'getInitialAccessToken'>;

const rowsOf = async (deps: ConsoleDeps, items: readonly ShownToken[]): Promise<readonly RegistrationTokenRow[]> => {
  const names = await partyNames(
    deps,
    items.flatMap(({ owner, created_by: by }) => [owner, by]),
  );
  const blueprints = new Map<string, string>();
  for (const id of new Set(items.flatMap(({ blueprint }) => blueprint ?? []))) {
    blueprints.set(id, (await deps.blueprints.get(id))?.document.name ?? id);
  }
  return items.map((one) => ({
    ...{ id: one.id, used: one.used, uses: one.uses, state: one.state },
    ...{ ownerName: names(one.owner), byName: doerName(names, one.created_by) },
    ...{ createdAt: one.created_at, expiresAt: one.expires_at },
    ...(one.blueprint === undefined ? {} : { blueprint: blueprints.get(one.blueprint) ?? one.blueprint }),
  }));
};

/** An hour is the default of the API, 30 days its most. */
const LIFETIMES = [3600, 86_400, 604_800, 2_592_000];

const formsOf = (home: string): ObjectFormSpec => ({
  ...{ path: '/console/registration-tokens', place: 'registration-tokens' },
  hrefOf: () => home,
  sections: [
    {
      title: words.registers,
      fields: [
        {
          ...{ name: 'blueprint', label: words.blueprint, hint: words.blueprintHint, optional: true },
          kind: { ...lineField(200), names: 'blueprint', isList: true },
        },
        { name: 'owner', label: words.owner, hint: words.ownerHint, kind: namedField('owner'), optional: true },
        { name: 'uses', label: words.uses, kind: numberField(words.usesHint), optional: true },
        { name: 'expires_in', label: words.lifetime, kind: durationField(LIFETIMES), optional: true },
      ],
    },
  ],
  create: {
    ...{ operation: 'createInitialAccessToken', title: words.make, lead: words.makeLead, button: words.add },
    done: 'created',
    page: (frame, made) =>
      secretPage(frame, {
        ...{ place: 'registration-tokens', title: words.token, lead: words.secretLead },
        secrets: [{ label: words.token, value: String(made['initial_access_token']) }],
        next: { href: home, text: objectWords.onward },
      }),
  },
});
