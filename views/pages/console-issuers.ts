import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, type ListModel, listPage, registeredState } from '../partials/console-list.ts';
import { actionLink, type ObjectAction, objectPage } from '../partials/object-page.ts';
import { agoText, durationPhrase, timeText } from '../time-text.ts';
import { issuerWords as words } from '../words/console-issuers.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import { workloadTestWords } from '../words/workload-test.ts';

export type Health = keyof typeof words.health;

export type IssuerRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly issuer: string;
  readonly template: keyof typeof words.templates;
  readonly state: 'active' | 'disabled';
  readonly health: Health;
};

const LOOKS = { pinned: 'still', unknown: 'still', healthy: 'good', unhealthy: 'warn' } as const;

export const healthTag = (health: Health): Html =>
  html`<span class="tag ${LOOKS[health]}">${words.health[health]}</span>`;

const COLUMNS: readonly Column<IssuerRow>[] = [
  {
    title: words.issuer,
    cell: ({ href, name, issuer }) =>
      html`<a href="${href}">${isolated(name, 100)}</a> <span class="line hint">${isolated(issuer, 200)}</span>`,
  },
  { title: words.template, cell: ({ template }) => words.templates[template] },
  { title: words.keys, cell: ({ health }) => healthTag(health) },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
];

/** `testHref`: the page that tests a token. */
export const issuersPage = (model: ListModel<IssuerRow> & { readonly testHref: string }): Html =>
  listPage(model, {
    ...{ place: 'issuers', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.issuers, newText: words.make },
    action: actionLink({ text: workloadTestWords.title, href: model.testHref }, ''),
  });

export type IssuerModel = ConsoleFrame & {
  readonly issuer: IssuerRow & {
    readonly jwksUri?: string;
    readonly audience?: string;
    readonly maxTokenAgeSeconds: number;
    readonly isOneTime: boolean;
    readonly fetchedAt?: number;
    readonly failure?: string;
    readonly keysAfter?: number;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly actions: readonly ObjectAction[];
  readonly auditLogHref?: string;
};

export const issuerPage = ({ issuer, actions, auditLogHref, ...frame }: IssuerModel): Html =>
  objectPage(frame, {
    ...{ place: 'issuers', title: words.issuer, name: issuer.name, id: issuer.id, actions },
    state: registeredState(issuer.state),
    facts: [
      [words.url, html`<code>${plainText(issuer.issuer, 400)}</code>`],
      [words.template, words.templates[issuer.template]],
      [words.keys, healthTag(issuer.health)],
      issuer.jwksUri !== undefined && [registerWords.url, isolated(issuer.jwksUri, 400)],
      issuer.fetchedAt !== undefined && [words.fetched, agoText(issuer.fetchedAt)],
      issuer.failure !== undefined && [words.failure, plainText(issuer.failure, 300)],
      issuer.keysAfter !== undefined && [words.keysAfter, timeText(issuer.keysAfter)],
      [words.audience, issuer.audience === undefined ? words.audienceHint : isolated(issuer.audience, 400)],
      [words.maxAge, durationPhrase(issuer.maxTokenAgeSeconds)],
      [words.isOneTime, issuer.isOneTime ? words.once : words.often],
      [registerWords.made, agoText(issuer.createdAt)],
      [registerWords.changed, agoText(issuer.updatedAt)],
    ],
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
