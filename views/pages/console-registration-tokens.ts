import { anyName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, type ListModel, listPage, table } from '../partials/console-list.ts';
import { actionLink } from '../partials/object-page.ts';
import { agoText, timeText } from '../time-text.ts';
import { registrationTokenWords as words } from '../words/console-registration-tokens.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type RegistrationTokenRow = {
  readonly id: string;
  /** Name of the blueprint of the agents; absent: it registers clients. */
  readonly blueprint?: string;
  readonly ownerName: string;
  readonly byName: Text;
  readonly used: number;
  readonly uses: number;
  readonly state: keyof typeof words.states;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Confirmation page; absent: revoked already, or not permitted to the viewer. */
  readonly revokeHref?: string;
};

const LOOKS = { active: 'good', used: 'gone', revoked: 'off' } as const;

const COLUMNS: readonly Column<RegistrationTokenRow>[] = [
  {
    title: words.registers,
    cell: ({ blueprint, id }) =>
      html`${blueprint === undefined ? words.clients : words.agents(html`<span class="name">${isolated(blueprint, 100)}</span>`)} <span class="line hint"><code>${plainText(id, 80)}</code></span>`,
  },
  { title: registerWords.owner, cell: ({ ownerName }) => html`<span class="name">${isolated(ownerName, 100)}</span>` },
  {
    title: registerWords.state,
    cell: ({ state, used, uses }) =>
      html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span> <span class="line hint">${words.usedOf(used, uses)}</span>`,
  },
  { title: words.expires, cell: ({ expiresAt }) => timeText(expiresAt) },
  {
    title: words.by,
    cell: ({ byName, createdAt }) =>
      html`<span class="name">${anyName(byName)}</span> <span class="line hint">${agoText(createdAt)}</span>`,
  },
  {
    title: words.revoke,
    isActions: true,
    cell: ({ revokeHref, id }) =>
      revokeHref !== undefined && actionLink({ text: words.revoke, href: revokeHref }, plainText(id, 80)),
  },
];

export const registrationTokensPage = (model: ListModel<RegistrationTokenRow>): Html =>
  listPage(model, {
    ...{ place: 'registration-tokens', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.registrationTokens, newText: words.make },
  });

/** Asks before tokens are revoked, and shows which. The form POSTs `csrf` to `action`. */
export const revokeRegistrationTokenPage = (
  frame: ConsoleFrame,
  asked: {
    readonly action: string;
    readonly cancelHref: string;
    readonly tokens: readonly RegistrationTokenRow[];
  },
): Html =>
  confirmPage(frame, {
    ...{ place: 'registration-tokens', title: words.revokeTitle, question: words.revokeAsked, lead: words.revokeLead },
    more: table(
      COLUMNS.filter(({ isActions }) => isActions !== true),
      asked.tokens,
    ),
    ...{ button: words.revoke, action: asked.action, cancelHref: asked.cancelHref },
  });
