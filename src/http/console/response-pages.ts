import {
  type ResponseModel,
  type ResponseRow,
  responsePage,
  responsesPage,
} from '../../../views/pages/console-responses.ts';
import { responseWords as words } from '../../../views/words/console-responses.ts';
import { FACT_NAMES } from '../../domain/governance/responses/fact-names.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref, type ConsoleDeps, doerName, type Names, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { evidenceOf } from './evidence.ts';
import { askedOf, listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';

const PATH = '/console/responses';
const STATES = ['open', 'notified', 'lifted', 'expired'] as const;

/** A response as the management API shows it. */
type ShownResponse = AnswerOf<'getResponse'>;

/** Adds `/console/responses`: what response rules did, and the end of it. */
export const addResponsePages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = askedOf(query, STATES);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listResponses', path: home, asked: { state: asked.state } },
        query: asked.state === '' ? {} : { state: asked.state },
      },
      query.get('after'),
    );
    const names = await namesIn(deps, items);
    const rows = items.map((one) => rowOf(parts, viewer, one, names));
    sendPage(ctx, 200, responsesPage({ ...frame, action: home, asked, rows, pages }));
  });

  addObjectActions(parts, {
    ...{ path: PATH, place: 'responses' },
    nameOf: async (viewer, id) => (await responseOf(parts, viewer, id)).agent_name,
    actions: {
      lift: {
        ...{ operation: 'liftResponse', done: 'responseLifted' },
        asks: {
          ...{ title: words.liftTitle, question: words.liftAsked, lead: words.liftLead, button: words.lift },
          kind: 'primary',
        },
      },
    },
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const response = await responseOf(parts, viewer, id);
    const { lifted_by: by, lifted_at: at } = response;
    const names = await namesIn(deps, [response]);
    const row = rowOf(parts, viewer, response, names);
    const seesLog = calls.may('listAuditEvents', viewer.account);
    const mayLift = response.state === 'open' && calls.may('liftResponse', viewer.account);
    sendPage(
      ctx,
      200,
      responsePage({
        ...frame,
        response: {
          ...row,
          evidence: await evidenceOf(parts, viewer, response.evidence),
          ...pastOf(response),
          ...(seesLog ? { beforeHref: hourBeforeHref(deps, response) } : {}),
          ...(at === undefined ? {} : { lifted: { at, ...(by === undefined ? {} : { byName: doerName(names, by) }) } }),
        },
        actions: [mayLift && { text: words.lift, href: `${row.href}/lift`, kind: 'primary' }],
        ...(seesLog ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` } : {}),
      }),
    );
  });
};

const pastOf = ({ past }: ShownResponse): Pick<ResponseModel['response'], 'past'> =>
  past
    ? {
        past: {
          ...(past.all_resources ? {} : { resources: past.resources }),
          ...(past.all_people ? {} : { people: past.people }),
        },
      }
    : {};

/** The audit log takes whole hours. */
const hourBeforeHref = ({ basePath }: ConsoleDeps, { agent, created_at: at }: ShownResponse): string => {
  const hour = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 13);
  return `${basePath}/console/audit?${new URLSearchParams({ agent, from: hour(at - 3600), to: hour(at) })}`;
};

const responseOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<ShownResponse> =>
  (await calls.run('getResponse', account, by, { id })).body;

const namesIn = (deps: ConsoleDeps, responses: readonly ShownResponse[]): Promise<Names> =>
  partyNames(
    deps,
    responses.flatMap(({ owner, lifted_by: by }) => [owner, by]),
  );

type ByFact = Readonly<Record<string, unknown>>;

/** The values of an answer that have a name here, in the order of the facts, with the bounds that they crossed. */
export const factsIn = (values: ByFact, bounds: ByFact = {}) =>
  FACT_NAMES.flatMap((fact) => {
    const [value, atLeast] = [values[fact], bounds[fact]];
    return typeof value === 'number' ? [{ fact, value, ...(typeof atLeast === 'number' ? { atLeast } : {}) }] : [];
  });

const rowOf = ({ deps, calls }: PageParts, { account }: Viewer, response: ShownResponse, names: Names): ResponseRow => {
  const { id, rule, rule_name: ruleName, agent, agent_name: agentName, owner, act, state, braked } = response;
  const { already, until } = response;
  const ruleHref = `${deps.basePath}/console/response-rules/${rule}`;
  return {
    ...{ id, href: `${deps.basePath}${PATH}/${id}`, ownerName: names(owner), act, state, isBraked: braked },
    agent: { name: agentName, href: agentHref(deps, agent) },
    rule: { name: ruleName, ...(calls.may('getResponseRule', account) ? { href: ruleHref } : {}) },
    ...{ isAlready: already, ...(until === undefined ? {} : { until }) },
    ...{ values: factsIn(response.values, response.bounds), at: response.created_at },
  };
};
