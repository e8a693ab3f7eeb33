/** The form for a new access review. */
import { html } from '../../../views/html.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { reviewItemWords, reviewWords as words } from '../../../views/words/console-reviews.ts';
import { riskWords } from '../../../views/words/scope.ts';
import { DUE_DAYS, REVIEW_DEFAULTS, REVIEWER_RULES } from '../../domain/governance/reviews/review.ts';
import { RISKS } from '../../domain/resources/resource-servers/highest-risk.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { choiceField, type FieldKind, flagField, lineField, namedField, numberField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';

const ANY = { value: '', text: words.any };

const environmentField = choiceField([
  ANY,
  ...ENVIRONMENTS.map((value) => ({ value, text: agentWords.environments[value] })),
]);
const riskField = choiceField([ANY, ...RISKS.map((value) => ({ value, text: riskWords[value] }))]);
const rulesField = choiceField(REVIEWER_RULES.map((value) => ({ value, text: words.rules[value] })));
const defaultField = choiceField(REVIEW_DEFAULTS.map((value) => ({ value, text: words.defaults[value] })));
const daysField: FieldKind = numberField();
/** Beside each number of days. */
const DAYS = { kind: daysField, unit: html`${words.days}` } as const;

const SECTIONS: readonly SectionSpec[] = [
  { title: words.review, fields: [{ name: 'name', label: words.name, kind: lineField(100) }] },
  {
    ...{ title: words.selection, hint: words.selectionLead, isRow: true },
    fields: [
      { name: 'owner', label: words.owner, kind: namedField('owner'), optional: true },
      { name: 'person', label: words.person, hint: words.personHint, kind: namedField('account'), optional: true },
      { name: 'agent', label: reviewItemWords.agent, kind: namedField('agent'), optional: true },
      { name: 'resource', label: words.resource, kind: namedField('resource'), optional: true },
      { name: 'environment', label: words.environment, kind: environmentField, optional: true },
      { name: 'risk', label: words.leastRisk, kind: riskField, optional: true },
      { name: 'older_than_days', label: words.olderThan, ...DAYS, optional: true },
      { name: 'unused_for_days', label: words.unusedFor, ...DAYS, optional: true },
    ],
  },
  {
    title: words.deciding,
    fields: [
      { name: 'reviewers', label: words.reviewers, kind: rulesField },
      { name: 'group', label: words.group, hint: words.groupHint, kind: namedField('group'), optional: true },
      { name: 'owner_decides', label: words.ownerDecides, kind: flagField },
    ],
  },
  {
    ...{ title: words.timing, isRow: true },
    fields: [
      { name: 'due_in_days', label: words.dueIn, ...DAYS },
      { name: 'default', label: words.usual, kind: defaultField },
      { name: 'repeat_days', label: words.repeat, ...DAYS, optional: true },
    ],
  },
];

/** `path`: of the list, below the issuer's path. */
export const reviewForms = (path: string, hrefOf: (id: string) => string): ObjectFormSpec => ({
  ...{ path, place: 'reviews', sections: SECTIONS, hrefOf },
  create: {
    ...{ operation: 'createReview', title: words.makeTitle, lead: words.makeLead, button: words.begin },
    ...{ done: 'reviewBegun', values: { reviewers: 'operators', default: 'keep', due_in_days: DUE_DAYS.usual } },
  },
});
