import type { Context } from 'koa';
import {
  activateRulePage,
  type ResponseRuleModel,
  type ResponseRuleRow,
  removeResponseRulePage,
  responseRulePage,
  responseRulesPage,
} from '../../../views/pages/console-responses.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { responseWords as words } from '../../../views/words/console-responses.ts';
import { FACT_NAMES } from '../../domain/governance/responses/fact-names.ts';
import { MOST_CONDITIONS, RESPONSE_ACTS } from '../../domain/governance/responses/response-rule.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, doerName, partyNames } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import { choiceField, type FieldKind, lineField, manyField, numberField } from './form-fields.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';
import { addObjectRemoval } from './object-removal.ts';
import { factsIn } from './response-pages.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/response-rules';

/** A rule as the management API shows it. */
type ShownRule = AnswerOf<'getResponseRule'>;

/** Adds `/console/response-rules`: the rules, what each would have done, and whether it acts. */
export const addResponseRulePages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const from = queryOf(ctx).get('after');
    const { items, pages } = await listed(deps, calls, viewer, { operation: 'listResponseRules', path: home }, from);
    const newHref = calls.may('createResponseRule', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    const asked = { search: '', state: '' };
    sendPage(ctx, 200, responseRulesPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(parts, formsOf(home));
  addObjectActions(parts, {
    ...{ path: PATH, place: 'response-rules' },
    nameOf: async (viewer, id) => (await ruleOf(parts, viewer, id)).rule.name,
    actions: { deactivate: { operation: 'deactivateResponseRule', done: 'drafted' } },
  });
  addReplay(parts, home);
  addActivation(parts, home);
  addObjectRemoval(parts, {
    ...{ path: PATH, operation: 'removeResponseRule', asking: removeResponseRulePage },
    read: async (viewer, id) => (await ruleOf(parts, viewer, id)).rule,
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const { rule } = await ruleOf(parts, viewer, id);
    sendPage(
      ctx,
      200,
      responseRulePage({
        ...{ ...frame, rule: await modelOf(parts, home, rule), actions: actionsOf(parts, viewer, home, rule) },
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const ruleOf = async (
  { calls }: PageParts,
  { account, by }: Viewer,
  id: string,
): Promise<{ readonly rule: ShownRule; readonly version: number }> => {
  const { body, version = 0 } = await calls.run('getResponseRule', account, by, { id });
  return { rule: body, version };
};

const rowOf = (home: string, rule: ShownRule): ResponseRuleRow => {
  const { id, name, act, hours, when, environments = [], state, replay } = rule;
  return {
    ...{ id, href: `${home}/${id}`, name, act, environments, state },
    when: when.map(({ fact, at_least: value }) => ({ fact, value })),
    ...(hours === undefined ? {} : { hours }),
    ...(replay ? { acted: replay.agents_acted_on } : {}),
  };
};

const modelOf = async ({ deps }: PageParts, home: string, rule: ShownRule): Promise<ResponseRuleModel['rule']> => {
  const { replay, activated_by: by, activated_at: at } = rule;
  const names = await partyNames(deps, [by]);
  const agents = await deps.registered.getMany((replay?.agents ?? []).map(({ agent }) => agent));
  const nameOf = new Map(agents.map(({ document }) => [document.id, document.name]));
  return {
    ...rowOf(home, rule),
    ...{ createdAt: rule.created_at, updatedAt: rule.updated_at },
    ...(by === undefined || at === undefined ? {} : { activated: { byName: doerName(names, by), at } }),
    ...(replay
      ? {
          replay: {
            ...{ at: replay.replayed_at, events: replay.events, seen: replay.agents_seen },
            ...{ acted: replay.agents_acted_on, most: replay.most_in_an_hour, outside: replay.outside },
            ...{ isCut: replay.cut, isArchived: replay.archived },
            agents: replay.agents.map(({ agent, at: when, values, outside }) => ({
              agent: { name: nameOf.get(agent) ?? agent, href: agentHref(deps, agent) },
              ...{ at: when, values: factsIn(values), outside },
            })),
          },
        }
      : {}),
  };
};

const actionsOf = (
  { calls }: PageParts,
  { account }: Viewer,
  home: string,
  { id, state, replay }: ShownRule,
): readonly (ObjectAction | false)[] => {
  if (!calls.may('updateResponseRule', account)) return [];
  const href = `${home}/${id}`;
  const isReady = state === 'draft' && replay !== undefined && !replay.cut;
  return [
    isReady &&
      calls.may('activateResponseRule', account) && {
        ...{ text: words.activate, href: `${href}/activate`, kind: 'primary' },
      },
    { text: words.replay, action: `${href}/replay` },
    state === 'active' && { text: words.deactivate, action: `${href}/deactivate` },
    { text: fieldWords.change, href: `${href}/edit` },
    { text: words.remove, href: `${href}/delete`, kind: 'danger' },
  ];
};

/** The value from which on a condition holds; it may have a part behind the point. */
const atLeastField: FieldKind = {
  look: { kind: 'line', maxLength: 12 },
  read: ([given = ''], field) => {
    const text = given.trim().replace(',', '.');
    if (text === '') return undefined;
    if (!/^\d{1,7}(?:\.\d{1,3})?$/.test(text)) throw consoleRefusal('number_malformed', { field });
    return Number(text);
  },
  write: (member) => (typeof member === 'number' ? [String(member)] : []),
};

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [{ name: 'name', label: words.name, kind: lineField(100) }],
  },
  {
    ...{ title: words.when, hint: words.whenHint },
    rows: {
      ...{ member: 'when', label: words.condition, add: words.addCondition, spare: 1, most: MOST_CONDITIONS },
      isStacked: true,
      fields: [
        {
          ...{ name: 'fact', label: words.fact },
          kind: choiceField([
            { value: '', text: words.noFact },
            ...FACT_NAMES.map((value) => ({ value, text: words.facts[value] })),
          ]),
        },
        { name: 'at_least', label: words.atLeast, kind: atLeastField },
      ],
    },
  },
  {
    title: words.what,
    fields: [
      {
        ...{ name: 'act', label: words.act },
        kind: choiceField(RESPONSE_ACTS.map((value) => ({ value, text: words.acts[value] }))),
      },
      {
        ...{ name: 'hours', label: words.hours, optional: true },
        kind: { ...numberField(words.hoursHint), emptied: null },
      },
      {
        ...{ name: 'environments', label: words.environments, hint: words.environmentsHint, optional: true },
        kind: {
          ...manyField(ENVIRONMENTS.map((value) => ({ value, text: agentWords.environments[value] }))),
          emptied: null,
        },
      },
    ],
  },
];

const formsOf = (home: string): ObjectFormSpec => ({
  ...{ path: PATH, place: 'response-rules', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  create: {
    ...{ operation: 'createResponseRule', title: words.make, lead: words.makeLead, button: words.add },
    ...{ done: 'drafted', values: { act: 'notify' } },
  },
  change: {
    ...{ read: 'getResponseRule', operation: 'updateResponseRule', title: words.changeTitle, lead: words.changeLead },
    heading: chosenHeading(words.changeOf),
  },
});

const addReplay = ({ router, calls, sessions, openedAs }: PageParts, home: string): void => {
  router.post(`${PATH}/:id/replay`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('replayResponseRule', account, by, { id, body: {} });
    seeOther(ctx, `${home}/${id}`);
  });
};

/** Adds the page that shows what the rule would have done, and activates the version that it showed. */
const addActivation = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);
  const path = `${PATH}/:id/activate`;

  const show = async (ctx: Context, { viewer, frame }: Opened, id: string): Promise<void> => {
    const { rule, version } = await ruleOf(parts, viewer, id);
    sendPage(ctx, 200, activateRulePage(frame, { rule: await modelOf(parts, home, rule), version }));
  };

  page(path, async (ctx, opened, id) => {
    const { account, by } = opened.viewer;
    calls.access('activateResponseRule', account);
    const isProven = await withFactor(ctx, account.id, `${home}/${id}/activate`, async () =>
      deps.requireFreshFactor(by),
    );
    if (isProven) await show(ctx, opened, id);
  });

  router.post(path, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('activateResponseRule', account, by, { id, version: versionOf(form) });
    if (await withFactor(ctx, account.id, `${home}/${id}/activate`, call)) {
      seeOther(ctx, `${home}/${id}?done=ruleActivated`);
    }
  });
};
