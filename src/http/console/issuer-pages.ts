import { type IssuerRow, issuerPage, issuersPage } from '../../../views/pages/console-issuers.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { issuerWords as words } from '../../../views/words/console-issuers.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { workloadTestWords } from '../../../views/words/workload-test.ts';
import { ISSUER_TEMPLATES } from '../../domain/clients/workload-identity/trusted-issuer.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { choiceField, flagField, keysField, lineField, timeField } from './form-fields.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';
import { addWorkloadTest } from './workload-test.ts';

/** A trusted issuer as the management API shows it. */
type ShownIssuer = AnswerOf<'getTrustedIssuer'>;

/** Adds `/console/trusted-issuers`: the issuers of workload tokens, their forms, and what is done with one. */
export const addIssuerPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}/console/trusted-issuers`;

  page('/console/trusted-issuers', async (ctx, { viewer, frame }) => {
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listTrustedIssuers', path: home },
      queryOf(ctx).get('after'),
    );
    const newHref = calls.may('createTrustedIssuer', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    const asked = { search: '', state: '' };
    sendPage(
      ctx,
      200,
      issuersPage({ ...frame, action: home, asked, rows, pages, testHref: `${home}/test`, ...newHref }),
    );
  });

  addObjectForms(parts, formsOf(home));
  addWorkloadTest(parts, home);

  const issuerOf = async ({ account, by }: Viewer, id: string): Promise<ShownIssuer> =>
    (await calls.run('getTrustedIssuer', account, by, { id })).body;

  const actionsOn = ({ account }: Viewer, { state, jwks }: ShownIssuer, href: string): readonly ObjectAction[] => [
    ...(calls.may('updateTrustedIssuer', account) ? [{ text: fieldWords.change, href: `${href}/edit` } as const] : []),
    { text: workloadTestWords.title, href: `${home}/test` },
    ...(jwks === undefined && calls.may('purgeTrustedIssuerKeys', account)
      ? [{ text: words.discard, href: `${href}/discard-keys` }]
      : []),
    ...(state === 'disabled' && calls.may('enableTrustedIssuer', account)
      ? [{ text: registerWords.enable, action: `${href}/enable`, kind: 'primary' } as const]
      : []),
    ...(state === 'active' && calls.may('disableTrustedIssuer', account)
      ? [{ text: registerWords.disable, href: `${href}/disable`, kind: 'danger' } as const]
      : []),
  ];

  page('/console/trusted-issuers/:id', async (ctx, { viewer, frame }, id) => {
    const issuer = await issuerOf(viewer, id);
    const row = rowOf(home, issuer);
    const { jwks_uri: jwksUri, audience, keys_after: keysAfter } = issuer;
    const { fetched_at: fetchedAt, reason: failure } = issuer.keys;
    sendPage(
      ctx,
      200,
      issuerPage({
        ...{ ...frame, actions: actionsOn(viewer, issuer, row.href) },
        issuer: {
          ...{ ...row, maxTokenAgeSeconds: issuer.max_token_age_seconds, isOneTime: issuer.one_time_tokens },
          ...{ createdAt: issuer.created_at, updatedAt: issuer.updated_at },
          ...(jwksUri === undefined ? {} : { jwksUri }),
          ...(audience === undefined ? {} : { audience }),
          ...(keysAfter === undefined ? {} : { keysAfter }),
          ...(fetchedAt === undefined ? {} : { fetchedAt }),
          ...(failure === undefined ? {} : { failure }),
        },
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });

  addObjectActions(parts, {
    path: '/console/trusted-issuers',
    place: 'issuers',
    nameOf: async (viewer, id) => (await issuerOf(viewer, id)).name,
    actions: {
      disable: {
        operation: 'disableTrustedIssuer',
        done: 'issuerDisabled',
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enableTrustedIssuer', done: 'issuerEnabled' },
      'discard-keys': {
        operation: 'purgeTrustedIssuerKeys',
        done: 'keysDiscarded',
        asks: {
          ...{ title: words.discard, question: words.discardAsked },
          ...{ lead: words.discardLead, button: words.discard },
        },
      },
    },
  });
};

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      {
        ...{ name: 'template', label: words.template, hint: fieldWords.fixed, only: 'new' },
        kind: choiceField(ISSUER_TEMPLATES.map((value) => ({ value, text: words.templates[value] }))),
      },
      { name: 'issuer', label: words.url, hint: words.urlHint, kind: lineField(512), only: 'new' },
    ],
  },
  {
    ...{ title: words.keys, hint: words.keysHint },
    fields: [
      { name: 'jwks_uri', label: fieldWords.keysUrl, kind: lineField(2048), optional: true },
      { name: 'jwks', label: words.jwks, hint: words.jwksHint, kind: keysField, optional: true },
      {
        ...{ name: 'max_key_age_seconds', label: words.maxKeyAge, optional: true },
        kind: { ...timeField({ least: 300, most: 86_400, usual: 3600, note: words.maxKeyAgeNote }), emptied: 3600 },
      },
    ],
  },
  {
    title: words.tokens,
    fields: [
      { name: 'audience', label: words.audience, hint: words.audienceHint, kind: lineField(512), optional: true },
      {
        ...{ name: 'max_token_age_seconds', label: words.maxAge, optional: true },
        kind: { ...timeField({ least: 60, most: 86_400, usual: 3600, note: words.maxAgeNote }), emptied: 3600 },
      },
      { name: 'one_time_tokens', label: words.oneTime, kind: flagField, optional: true },
    ],
  },
];

const formsOf = (home: string): ObjectFormSpec => ({
  ...{ path: '/console/trusted-issuers', place: 'issuers', sections: SECTIONS },
  hrefOf: (id) => `${home}/${id}`,
  create: {
    ...{ operation: 'createTrustedIssuer', title: words.make, lead: words.makeLead, button: words.add },
    done: 'added',
  },
  change: {
    ...{ read: 'getTrustedIssuer', operation: 'updateTrustedIssuer', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});

const rowOf = (home: string, { id, name, issuer, template, state, keys }: ShownIssuer): IssuerRow => ({
  ...{ id, href: `${home}/${id}`, name, issuer, template, state, health: keys.state },
});
