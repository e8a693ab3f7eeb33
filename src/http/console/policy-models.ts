import { plainText } from '../../../views/agent-text.ts';
import type { Phrase } from '../../../views/html.ts';
import type {
  PolicyEditorModel,
  PolicyOverviewModel,
  PolicyVersion,
} from '../../../views/pages/console-policy-model.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Option } from '../../../views/partials/controls.ts';
import type { PolicyDifference, PolicyLine } from '../../../views/partials/policy-text.ts';
import { durationPhrase } from '../../../views/time-text.ts';
import { policyPageWords } from '../../../views/words/console-policy.ts';
import { policyWords } from '../../../views/words/policy.ts';
import { differences } from '../../domain/authority/policy/line-diff.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import type { PolicySummary } from '../../domain/ports/policy-engine.ts';
import { MULTI_FACTOR } from '../../domain/vocabulary/assurance.ts';
import { cursors } from '../management/cursors.ts';
import type { AnswerOf, ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, doerName, type Names, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** A policy set as the management API shows it. */
export type ShownSet = AnswerOf<'getPolicySet'>;

/** Versions on one page, and in one field. */
const PAGE = 25;
const CHOICES = 50;
/** Policies that the page shows as text. */
const MOST_SHOWN = 100;

export const policyHref = ({ basePath }: Pick<ConsoleDeps, 'basePath'>, version: number | string): string =>
  `${basePath}/console/policy/versions/${version}`;

/** A set by its version or as `active`, and its version for If-Match. Throws 'not_found'. */
export const policySet = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  name: string,
): Promise<{ readonly set: ShownSet; readonly etag: number }> => {
  if (!/^(?:active|[1-9]\d{0,8})$/.test(name)) throw documentRefusal('version_not_found');
  const { body, version = 0 } = await calls.run('getPolicySet', account, by, { id: name });
  return { set: body, etag: version };
};

/** What a text may refer to. */
export const policySchema = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
): Promise<PolicyEditorModel['schema']> => {
  const { body } = await calls.run('getPolicySchema', account, by);
  return { text: body?.schema ?? '', annotations: body?.annotations ?? [] };
};

/** The active set; undefined without one. */
export const activeSet = async (calls: ConsoleCalls, viewer: Viewer): Promise<ShownSet | undefined> =>
  (await calls.isThere(policySet(calls, viewer, 'active')))
    ? (await policySet(calls, viewer, 'active')).set
    : undefined;

export const versionRow = (deps: ConsoleDeps, set: Omit<ShownSet, 'text'>, names: Names): PolicyVersion => ({
  version: set.version,
  state: set.state,
  ...(set.note === undefined ? {} : { note: set.note }),
  byName: doerName(names, set.created_by),
  createdAt: set.created_at,
  href: policyHref(deps, set.version),
});

const { tied } = policyWords;
const lengthOf = (seconds: string): Phrase => durationPhrase(Number(seconds));

const conditionsOf = ({ annotations, effect }: PolicySummary): readonly Phrase[] => [
  ...(annotations['approval'] === undefined ? [] : [effect === 'forbid' ? tied.unlessApproved : tied.approval]),
  ...(annotations['acr'] === undefined
    ? []
    : [annotations['acr'] === MULTI_FACTOR ? tied.secondFactor : tied.signedInWith(annotations['acr'])]),
  ...(annotations['max_age'] === undefined ? [] : [tied.signedInAgo(lengthOf(annotations['max_age']))]),
  ...(annotations['attested'] === undefined ? [] : [tied.attested]),
  ...(annotations['max_seconds'] === undefined ? [] : [tied.seconds(lengthOf(annotations['max_seconds']))]),
  ...(annotations['max_uses'] === undefined ? [] : [tied.uses(Number(annotations['max_uses']))]),
];

export const policyLine = (policy: PolicySummary): PolicyLine => ({
  id: policy.id,
  effect: policy.effect,
  ...(policy.annotations['reason'] === undefined ? {} : { reason: policy.annotations['reason'] }),
  conditions: conditionsOf(policy),
});

/** The policies of a text, as many as the page shows. */
export const linesOfText = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  text: string,
): Promise<readonly PolicyLine[]> => {
  const { body } = await calls.run('validatePolicies', account, by, { body: { text } });
  return (body?.policies ?? []).slice(0, MOST_SHOWN).map(policyLine);
};

export const differenceOf = (
  from: Pick<ShownSet, 'version' | 'text'>,
  to: Pick<ShownSet, 'version' | 'text'>,
): PolicyDifference => ({ from: from.version, to: to.version, lines: differences(from.text, to.text) });

/** Versions in a field, newest first. */
export const versionOptions = async (calls: ConsoleCalls, { account, by }: Viewer): Promise<readonly Option[]> => {
  const answer = await calls.run('listPolicySets', account, by, { query: { limit: CHOICES } });
  return (answer.body?.items ?? []).map(({ version, state, note }) => ({
    value: String(version),
    text: policyPageWords.option(version, state, note === undefined ? undefined : plainText(note, 60)),
  }));
};

const PLACE = 'console/policy';

/** Whether no user activated the set: the server did at its first start, or an operator on its machine. */
const isServer = (set: ShownSet): boolean => (set.activated_by ?? set.created_by) === 'system';

export const policyOverviewModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  frame: ConsoleFrame,
  query: URLSearchParams,
): Promise<PolicyOverviewModel> => {
  const { account, by } = viewer;
  const places = cursors(deps.masterKey);
  const from = query.get('after');
  const after = from === null ? undefined : places.open(PLACE, account.id, from);
  const page = await calls.run('listPolicySets', account, by, { query: { limit: PAGE }, after });
  const sets = page.body?.items ?? [];
  const active = await activeSet(calls, viewer);
  const names = await partyNames(deps, [
    ...sets.map(({ created_by: id }) => id),
    active?.created_by,
    active?.activated_by,
  ]);
  const compiled = [...((await deps.activePolicies.current())?.policies.policies.values() ?? [])];
  const gaps = await deps.policies.gaps();
  // The newest come first, so an older page has no draft that a user still expects to activate.
  const draft = after ? undefined : sets.find((set) => set.state === 'draft' && set.version > (active?.version ?? 0));
  const href = `${deps.basePath}/console/policy`;
  return {
    ...frame,
    ...(active
      ? {
          active: {
            ...versionRow(deps, active, names),
            since: active.activated_at ?? active.created_at,
            ...(isServer(active) ? {} : { activatedByName: names(active.activated_by ?? active.created_by) }),
            isFirst: active.replaces === undefined,
            policies: compiled.slice(0, MOST_SHOWN).map(policyLine),
            count: compiled.length,
            gaps: gaps.filter(({ version }) => version === active.version).map(({ action }) => action),
          },
        }
      : {}),
    ...(active?.replaces !== undefined && calls.may('activatePolicySet', account)
      ? { rollBack: { version: active.replaces, href: `${policyHref(deps, active.replaces)}/activate` } }
      : {}),
    versions: sets.map((set) => versionRow(deps, set, names)),
    ...(draft ? { waiting: versionRow(deps, draft, names) } : {}),
    pages: {
      ...(after ? { firstHref: href } : {}),
      ...(page.next ? { nextHref: `${href}?after=${places.seal(PLACE, account.id, page.next)}` } : {}),
    },
    ...(calls.may('createPolicySet', account) ? { newHref: `${href}/new` } : {}),
    isEnforced: deps.isPolicyEnforced,
  };
};
