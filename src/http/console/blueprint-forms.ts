import type { Phrase } from '../../../views/html.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import { blueprintWords as words } from '../../../views/words/console-blueprints.ts';
import { ceilingWords } from '../../../views/words/console-effect.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { AUTHENTICATION_METHODS, COMPOSITION_DRIFT_ACTIONS } from '../../domain/clients/blueprints/ceilings.ts';
import { GRANT_TYPES } from '../../domain/clients/clients/grant-types.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { blueprintHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import {
  choiceField,
  type FieldSpec,
  lineField,
  linesField,
  manyField,
  numberField,
  rightsField,
  timeField,
} from './form-fields.ts';
import type { SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';

const { fields: labels } = words;

/** A ceiling. Left empty, it sets no limit. */
const ceiling = (field: Omit<FieldSpec, 'within' | 'optional'>): FieldSpec => ({
  ...field,
  within: 'ceilings',
  optional: true,
});

const many = (values: readonly string[], names: Readonly<Record<string, Phrase>>) =>
  manyField(values.map((value) => ({ value, text: names[value] ?? value })));

const YEAR = 31_536_000;

const CONSTRAINTS = [
  { value: '', text: ceilingWords.noLimit },
  { value: 'dpop', text: ceilingWords.toKey },
];

const DRIFT_ACTIONS = [
  { value: '', text: ceilingWords.noLimit },
  ...COMPOSITION_DRIFT_ACTIONS.map((value) => ({ value, text: ceilingWords.driftActions[value] })),
];

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      { name: 'purpose', label: words.purpose, hint: words.purposeHint, kind: lineField(500) },
    ],
  },
  {
    ...{ title: words.sections.rights, hint: words.sections.rightsHint },
    fields: [
      ceiling({ name: 'authority', label: labels.authority, kind: rightsField }),
      ceiling({ name: 'approvals', label: labels.approvals, kind: rightsField }),
      ceiling({ name: 'detail_types', label: labels.detailTypes, kind: linesField(2, 8000) }),
    ],
  },
  {
    title: words.sections.credentials,
    fields: [
      ceiling({
        ...{ name: 'environments', label: labels.environments, hint: labels.noneTicked },
        kind: many(ENVIRONMENTS, agentWords.environments),
      }),
      ceiling({
        ...{ name: 'authentication_methods', label: labels.authenticationMethods, hint: labels.noneTicked },
        kind: many(AUTHENTICATION_METHODS, agentFactWords.kinds),
      }),
      ceiling({
        ...{ name: 'grant_types', label: labels.grantTypes, hint: labels.noneTicked },
        kind: many(GRANT_TYPES, {}),
      }),
      ceiling({ name: 'sender_constraint', label: labels.senderConstraint, kind: choiceField(CONSTRAINTS) }),
      ceiling({
        ...{ name: 'compositions', label: labels.compositions, hint: labels.compositionsHint },
        kind: linesField(2, 15_000),
      }),
      ceiling({ name: 'composition_drift', label: labels.compositionDrift, kind: choiceField(DRIFT_ACTIONS) }),
    ],
  },
  {
    title: words.sections.times,
    fields: [
      ceiling({
        ...{ name: 'max_access_token_seconds', label: labels.maxAccessTokenSeconds },
        kind: timeField({ least: 30, most: 3600 }),
      }),
      ceiling({
        ...{ name: 'max_grant_seconds', label: labels.maxGrantSeconds },
        kind: timeField({ least: 60, most: YEAR }),
      }),
      ceiling({
        ...{ name: 'max_delegation_seconds', label: labels.maxDelegationSeconds },
        kind: timeField({ least: 60, most: YEAR }),
      }),
      ceiling({
        ...{ name: 'max_delegation_depth', label: labels.maxDelegationDepth },
        kind: numberField(labels.depthHint),
      }),
      ceiling({ name: 'max_agents', label: labels.maxAgents, kind: numberField(labels.countHint) }),
      ceiling({ name: 'max_instances', label: labels.maxInstances, kind: numberField(labels.countHint) }),
    ],
  },
];

/** Adds the forms that draft a blueprint and change its draft. */
export const addBlueprintForms = (parts: PageParts): void =>
  addObjectForms(parts, {
    ...{ path: '/console/blueprints', place: 'blueprints', sections: SECTIONS },
    hrefOf: (id) => blueprintHref(parts.deps, id),
    create: {
      ...{ operation: 'createBlueprint', title: words.make, lead: words.makeLead },
      ...{ button: words.makeDraft, done: 'drafted' },
      body: (body) => ({ ceilings: {}, ...body }),
    },
    change: {
      ...{ read: 'getBlueprint', operation: 'updateBlueprint', title: words.change },
      ...{ heading: chosenHeading(words.changeOf), lead: words.changeLead },
      object: ({ draft, ...blueprint }) => ({
        ...blueprint,
        ceilings: (draft as { readonly ceilings: unknown } | undefined)?.ceilings ?? blueprint['ceilings'],
      }),
    },
  });
