import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, type ListModel, listPage } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { actionLink } from '../partials/object-page.ts';
import { timeText } from '../time-text.ts';
import { awayWords } from '../words/absences.ts';
import { absenceWords as words } from '../words/console-absences.ts';
import { registerWords } from '../words/registries.ts';

export type AbsenceRow = {
  readonly person: NamedLink;
  readonly deputy: NamedLink;
  /** Whether another absence that is shown has the deputy away now, as this one has the person. */
  readonly isDeputyAway?: true;
  /** Epoch seconds. */
  readonly from: number;
  readonly until: number;
  readonly state: keyof typeof awayWords.states;
  /** Confirmation page; absent: it is over, or not permitted to the viewer. */
  readonly endHref?: string;
};

const LOOKS = { planned: 'still', current: 'good', over: 'gone', ended: 'gone', void: 'off' } as const;

const stateTag = ({ state }: AbsenceRow): Html =>
  html`<span class="tag ${LOOKS[state]}">${awayWords.states[state]}</span>`;

const deputyOf = ({ deputy, isDeputyAway }: AbsenceRow): Html =>
  html`${linkedName(deputy)}${isDeputyAway && html` <span class="tag warn">${words.awayToo}</span>`}`;

const COLUMNS: readonly Column<AbsenceRow>[] = [
  { title: words.person, cell: ({ person }) => linkedName(person) },
  { title: registerWords.state, cell: stateTag },
  { title: words.deputy, cell: deputyOf },
  { title: words.from, cell: ({ from }) => timeText(from) },
  { title: words.until, cell: ({ until }) => timeText(until) },
  {
    ...{ title: words.end, isActions: true },
    cell: ({ endHref, person }) =>
      endHref !== undefined && actionLink({ text: words.end, href: endHref }, isolated(person.name, 60)),
  },
];

export const absencesPage = (model: ListModel<AbsenceRow>): Html =>
  listPage(model, {
    ...{ place: 'absences', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    pagesLabel: words.pagesOf,
  });

/** The form POSTs `csrf`. */
export const endAbsencePage = (
  frame: ConsoleFrame,
  {
    absence,
    action,
    cancelHref,
  }: { readonly absence: AbsenceRow; readonly action: string; readonly cancelHref: string },
): Html =>
  confirmPage(frame, {
    ...{ place: 'absences', title: words.endTitle, lead: words.endLead, isNarrow: true },
    question: words.endAsked(isolated(absence.person.name, 100)),
    more: factList([
      [registerWords.state, stateTag(absence)],
      [words.deputy, deputyOf(absence)],
      [words.from, timeText(absence.from)],
      [words.until, timeText(absence.until)],
    ]),
    ...{ button: words.endNow, action, cancelHref },
  });
