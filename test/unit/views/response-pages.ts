/** The pages of response rules and responses, in their states. */
import type { Html } from '../../../views/html.ts';
import {
  activateRulePage,
  type ResponseRow,
  type ResponseRuleModel,
  removeResponseRulePage,
  responsePage,
  responseRulePage,
  responseRulesPage,
  responsesPage,
} from '../../../views/pages/console-responses.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { responseWords as words } from '../../../views/words/console-responses.ts';

const NOON = 1_790_000_000;

export const responsePages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console/responses`;
  const rule: ResponseRuleModel['rule'] = {
    ...{ id: 'rrl_1', href: `${home}/rrl_1`, name: text('Denials'), act: 'contain', state: 'active', acted: 1 },
    when: [
      { fact: 'denials_10_minutes', value: 20 },
      { fact: 'rate_times', value: 2.5 },
    ],
    environments: ['production'],
    ...{ createdAt: NOON, updatedAt: NOON + 60, activated: { byName: text('Ada'), at: NOON } },
    replay: {
      ...{ at: NOON, events: 4213, seen: 12, acted: 1, most: 1, isCut: false, isArchived: false, outside: 3 },
      agents: [
        {
          agent: { name: text('Planner'), href: `${home}/agt_1` },
          ...{ at: NOON, values: [{ fact: 'denials_10_minutes', value: 22 }], outside: 3 },
        },
      ],
    },
  };
  const { replay, activated: _, acted: __, ...draft } = rule;
  const response: ResponseRow = {
    ...{ id: 'rsp_1', href: `${home}/rsp_1`, agent: { name: text('Planner'), href: home }, ownerName: text('Ada') },
    ...{ rule: { name: text('Denials'), href: home }, act: 'suspend', state: 'open', isBraked: false, at: NOON },
    isAlready: false,
    values: [{ fact: 'denials_10_minutes', value: 22, atLeast: 20 }],
  };
  const narrowed: ResponseRow = { ...response, act: 'narrow', until: NOON + 86_400 };
  const list = { ...frame, action: home, asked: { search: '', state: '' }, pages: {} };
  return {
    responseRules: responseRulesPage({ ...list, newHref: `${home}/new`, rows: [rule, { ...draft, state: 'draft' }] }),
    noResponseRules: responseRulesPage({ ...list, rows: [] }),
    responseRule: responseRulePage({
      ...{ ...frame, rule, auditLogHref: home },
      actions: [
        { text: words.replay, action: `${home}/replay` },
        { text: words.deactivate, action: `${home}/deactivate` },
        { text: words.remove, href: `${home}/delete`, kind: 'danger' },
      ],
    }),
    responseRuleDraft: responseRulePage({
      ...frame,
      rule: { ...draft, state: 'draft', environments: [] },
      actions: [],
    }),
    responseRuleCut: responseRulePage({
      ...{ ...frame, actions: [] },
      rule: { ...rule, ...(replay ? { replay: { ...replay, agents: [], isCut: true, isArchived: true } } : {}) },
    }),
    responseRuleThatNarrows: responseRulePage({ ...frame, rule: { ...rule, act: 'narrow' }, actions: [] }),
    responseRuleThatWithholds: responseRulePage({ ...frame, rule: { ...rule, act: 'withhold' }, actions: [] }),
    responseRuleThatAsks: activateRulePage(frame, { rule: { ...rule, act: 'approve', hours: 1 }, version: 2 }),
    responseRuleToActivate: activateRulePage(frame, { rule, version: 2 }),
    removeResponseRule: removeResponseRulePage(
      frame,
      home,
      { name: text('Denials'), value: text('Den') },
      { name: text('Denials') },
    ),
    responses: responsesPage({
      ...list,
      rows: [
        ...[response, narrowed, { ...narrowed, state: 'notified' as const, isAlready: true }],
        ...[
          { ...response, state: 'notified' as const, isBraked: true },
          { ...response, state: 'lifted' as const },
        ],
        { ...narrowed, state: 'expired' },
      ],
    }),
    noResponses: responsesPage({ ...list, rows: [] }),
    response: responsePage({
      ...{ ...frame, auditLogHref: home },
      response: {
        ...{ ...response, beforeHref: home },
        evidence: [
          { stream: 'nod_1', sequence: 12, href: home },
          {
            ...{ stream: 'nod_1', sequence: 13, href: home },
            said: {
              ...{ at: NOON, type: 'token.refused', isRefusal: true, error: text('access_denied') },
              ...{ apiName: text('Calendar'), scope: [text('events:write'), text('events:read')], source: '192.0.2.7' },
            },
          },
          { stream: 'nod_2', sequence: 7 },
        ],
      },
      actions: [{ text: words.lift, href: `${home}/lift`, kind: 'danger' }],
    }),
    responseNarrowed: responsePage({
      ...frame,
      response: { ...narrowed, evidence: [], past: { resources: [text('https://mail.example')], people: 12 } },
      actions: [{ text: words.lift, href: `${home}/lift`, kind: 'primary' }],
    }),
    responseAsking: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, act: 'approve', evidence: [], past: { resources: [] } },
    }),
    responseWithheld: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, act: 'withhold', evidence: [], past: { resources: [] } },
    }),
    responseForAnyone: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, evidence: [], past: { people: 1 } },
    }),
    responseAlready: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, state: 'notified', isAlready: true, evidence: [] },
    }),
    responseExpired: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, state: 'expired', evidence: [] },
    }),
    restrictionLifted: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...narrowed, state: 'lifted', evidence: [], lifted: { at: NOON } },
    }),
    responseBraked: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...response, state: 'notified', isBraked: true, evidence: [] },
    }),
    responseLifted: responsePage({
      ...{ ...frame, actions: [] },
      response: { ...response, state: 'lifted', evidence: [], lifted: { byName: text('Ada'), at: NOON } },
    }),
  };
};
