import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import { chosenName, isolated } from '../../../views/agent-text.ts';
import { type HtmlValue, html, type Text } from '../../../views/html.ts';
import {
  LONGEST_LINES,
  MCP_FIELDS,
  type McpField,
  type McpPlan,
  type McpValues,
  mcpPlanPage,
  mcpServerForm,
  serverCodePage,
} from '../../../views/pages/console-mcp-servers.ts';
import { commaList } from '../../../views/partials/console-list.ts';
import type { FlashMessage } from '../../../views/partials/flash.ts';
import { doneWords } from '../../../views/words/console-done.ts';
import { mcpServerWords as words } from '../../../views/words/console-mcp-servers.ts';
import { mcpScopeOf, scopePairOf } from '../../domain/resources/mcp-servers/enable-plan.ts';
import { pythonLines, typescriptLines } from '../../domain/resources/mcp-servers/server-lines.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { AnswerOf, ConsoleCalls } from './console-calls.ts';
import { serverHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';

type Plan = AnswerOf<'planMcpServer'>;
type Planned = { readonly plan: Plan; readonly version: number };
type Typed = {
  readonly status: number;
  readonly values: McpValues;
  readonly errors: Readonly<Partial<Record<McpField, Text>>>;
};

const LARGEST_FORM = 64 * 1024;
/** Errors after which the page shows the form again, with the typed values. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'precondition_failed', 'conflict'];
const NOTHING: McpValues = { url: '', name: '', scopes: '', delegates_to: '', client_hosts: '' };

/** Adds the form that enables an MCP server by its URL, its plan to confirm, and the page with the lines for the code. */
export const addMcpServerPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/resource-servers`;
  const action = `${home}/mcp`;

  const showForm = (ctx: Context, { frame }: Opened, { status, values, errors }: Typed): void =>
    sendPage(ctx, status, mcpServerForm({ ...frame, action, cancelHref: home, values, errors }));

  const showPlan = (ctx: Context, { frame }: Opened, values: McpValues, { plan, version }: Planned): void => {
    const { resource_server: id } = plan;
    const seen = isEmpty(plan) ? {} : { seen: digestOf({ plan, version }) };
    const code = id === undefined ? {} : { codeHref: codeHref(id) };
    const model = { ...frame, action, values, plan: modelOf(plan), ...seen, ...code };
    sendPage(ctx, 200, mcpPlanPage(model), [], 'scripts');
  };

  const codeHref = (id: string): string => `${serverHref(deps, id)}/code`;

  /** `settings`: from a plan that this server made. An address never names any: a link could name the hosts of an attacker. */
  const showCode = async (ctx: Context, { viewer, frame }: Opened, id: string, settings: Plan['settings']) => {
    const { body: server } = await calls.run('getResourceServer', viewer.account, viewer.by, { id });
    const scopes = server.scopes.map(({ name }) => name);
    const lines = { issuer: deps.issuer, resource: server.identifier, scopes };
    const model = {
      ...{ ...frame, name: server.name, settings, serverHref: serverHref(deps, id) },
      ...{ typescript: typescriptLines(lines), python: pythonLines(lines) },
      isProposed: (server.delegates_to ?? []).some((pair) => pair.accepted_at === undefined),
    };
    sendPage(ctx, 200, serverCodePage(model), [], 'scripts');
  };

  /** Carries out what the page showed. A part that was carried out stays: the form says which, and the next plan is the rest. */
  const confirm = async (ctx: Context, opened: Opened, values: McpValues, planned: Planned): Promise<void> => {
    const { id, done, refusal } = await carriedOut(calls, opened.viewer, planned);
    if (refusal) {
      await recordRefusal(deps, ctx, refusal);
      const server = html`<a href="${serverHref(deps, id)}">${chosenName(planned.plan.name, 100)}</a>`;
      const flash = { kind: 'warning', text: words.partly(commaList(done.map((one) => one(server)))) } as const;
      const errors = errorsOf(refusal, values);
      return showForm(ctx, withFlash(opened, flash), { status: statusOf(refusal), values, errors });
    }
    const { settings } = planned.plan;
    if (settings.length === 0) return seeOther(ctx, `${codeHref(id)}?done=mcpEnabled`);
    // The page for the settings is the answer itself. Sent again, the form shows them with a plan that changes nothing.
    await showCode(ctx, withFlash(opened, { kind: 'success', text: doneWords.mcpEnabled }), id, settings);
  };

  page('/console/resource-servers/mcp', async (ctx, opened) => {
    calls.access('planMcpServer', opened.viewer.account);
    showForm(ctx, opened, { status: 200, values: NOTHING, errors: {} });
  });

  router.post('/console/resource-servers/mcp', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx, undefined, LARGEST_FORM);
    const opened = openedAs(ctx, session);
    calls.access('planMcpServer', opened.viewer.account);
    const values = valuesOf(form);
    if (single(form, 'change') !== undefined) return showForm(ctx, opened, { status: 200, values, errors: {} });
    try {
      const planned = await plannedOf(calls, opened.viewer, values);
      const seen = single(form, 'seen');
      if (seen === undefined || isEmpty(planned.plan)) return showPlan(ctx, opened, values, planned);
      if (seen !== digestOf(planned)) {
        const flash = { kind: 'notice', text: words.planNow } as const;
        return showPlan(ctx, withFlash(opened, flash), values, planned);
      }
      await confirm(ctx, opened, values, planned);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      showForm(ctx, opened, { status: statusOf(error), values, errors: errorsOf(error, values) });
    }
  });

  page('/console/resource-servers/:id/code', (ctx, opened, id) => showCode(ctx, opened, id, []));
};

const withFlash = (opened: Opened, flash: FlashMessage): Opened => ({ ...opened, frame: { ...opened.frame, flash } });

const valuesOf = (form: URLSearchParams): McpValues =>
  Object.fromEntries(
    MCP_FIELDS.map((name) => [
      name,
      (single(form, name) ?? '').replaceAll('\r\n', '\n').trim().slice(0, LONGEST_LINES),
    ]),
  ) as McpValues;

const linesIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Reads the metadata and plans. `version` is that of the resource server, 0 if there is none. */
const plannedOf = async (calls: ConsoleCalls, { account, by }: Viewer, values: McpValues): Promise<Planned> => {
  const [scopes, pairs, hosts] = [values.scopes, values.delegates_to, values.client_hosts].map(linesIn) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const wishes = {
    url: values.url,
    ...(values.name === '' ? {} : { name: values.name }),
    ...(scopes.length === 0 ? {} : { scopes: scopes.map(mcpScopeOf) }),
    ...(pairs.length === 0 ? {} : { delegates_to: pairs.map(scopePairOf) }),
    ...(hosts.length === 0 ? {} : { client_hosts: hosts }),
  };
  const { body, version = 0 } = await calls.run('planMcpServer', account, by, {
    body: wishes as unknown as JsonObject,
  });
  return { plan: body, version };
};

const isEmpty = ({ action, enables, proposals }: Plan): boolean =>
  action === 'none' && !enables && proposals.length === 0;

/** Of all that the plan does: the person confirms what the page showed. */
const digestOf = ({ plan, version }: Planned): string => {
  const { identifier, resource_server: id, action, name, former_name: former, scopes, enables, proposals } = plan;
  const what = [identifier, id, version, action, name, former, scopes, enables, proposals];
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url');
};

/** `done`: what was carried out, for a text about the resource server. `refusal`: of the step after it; the rest was not tried. */
type Carried = {
  readonly id: string;
  readonly done: readonly ((server: HtmlValue) => HtmlValue)[];
  readonly refusal?: DomainError;
};

/** Makes the changes of the plan, each as a call of the management API. Throws what refuses the first. */
const carriedOut = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  { plan, version }: Planned,
): Promise<Carried> => {
  const scopes = plan.scopes.map(({ is_changed: _, ...scope }) => scope);
  const done: ((server: HtmlValue) => HtmlValue)[] = [];
  let id = plan.resource_server ?? '';
  let proposed = 0;
  const allDone = () => (proposed === 0 ? done : [...done, () => words.done.proposed(proposed)]);
  try {
    if (plan.action === 'create') {
      const body = { identifier: plan.identifier, name: plan.name, scopes };
      const made = await calls.run('createResourceServer', account, by, { body });
      id = String(made.body?.id);
      done.push(words.done.created);
    }
    if (plan.action === 'change') {
      const body = { scopes, ...(plan.former_name === undefined ? {} : { name: plan.name }) };
      await calls.run('updateResourceServer', account, by, { id, version, body });
      done.push(() => words.done.changed);
    }
    if (plan.enables) {
      await calls.run('enableResourceServer', account, by, { id });
      done.push(() => words.done.enabled);
    }
    for (const { resource, scope } of plan.proposals) {
      await calls.run('proposeDelegation', account, by, { id, body: { resource, scope } });
      proposed += 1;
    }
  } catch (error) {
    if (!isDomainError(error) || allDone().length === 0) throw error;
    return { id, done: allDone(), refusal: error };
  }
  return { id, done: allDone() };
};

const modelOf = (plan: Plan): McpPlan => ({
  identifier: plan.identifier,
  action: plan.action,
  name: plan.name,
  ...(plan.former_name === undefined ? {} : { formerName: plan.former_name }),
  scopes: plan.scopes.map(({ is_changed: isChanged, ...scope }) => ({ ...scope, isChanged })),
  enables: plan.enables,
  proposals: plan.proposals,
  metadata: plan.metadata
    ? { from: plan.metadata.from, namesThisServer: plan.metadata.names_this_server }
    : { failure: plan.metadata_failure ?? '' },
  settings: plan.settings,
});

/** Each refusal beside the field that it is about. The registration names a pair by its members, the plan by its number. */
const errorsOf = (error: DomainError, values: McpValues): Typed['errors'] => {
  const errors = shownErrors(error).map(({ pointer = '', ...refusal }) => {
    const [, part = '', index = ''] = pointer.split('/');
    const name = part === 'resource' || part === 'scope' ? 'delegates_to' : part;
    const pair = name === 'delegates_to' ? linesIn(values.delegates_to)[Number(index || Number.NaN)] : undefined;
    const why = refusalPhrase(refusal);
    const text = pair === undefined ? why : words.pairRefused(isolated(pair, 400), why);
    return [MCP_FIELDS.find((one) => one === name) ?? 'url', text] as const;
  });
  return Object.fromEntries(errors.reverse());
};
