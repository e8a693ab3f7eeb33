import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
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
import { mcpServerWords as words } from '../../../views/words/console-mcp-servers.ts';
import { hostSettings } from '../../domain/resources/mcp-servers/client-hosts.ts';
import { mcpScopeOf, scopePairOf } from '../../domain/resources/mcp-servers/enable-plan.ts';
import { pythonLines, typescriptLines } from '../../domain/resources/mcp-servers/server-lines.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
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
/** Settings in the address of the page with the lines: what a host name consists of. */
const HOSTS = /^[A-Za-z0-9.,:[\]-]{1,2000}$/;

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
    const code = id === undefined ? {} : { codeHref: codeHref(id, plan) };
    const model = { ...frame, action, values, plan: modelOf(plan), ...seen, ...code };
    sendPage(ctx, 200, mcpPlanPage(model), [], 'scripts');
  };

  const codeHref = (id: string, { settings }: Plan): string => {
    const hosts = settings.at(-1)?.split('=')[1];
    return `${serverHref(deps, id)}/code${hosts === undefined ? '' : `?hosts=${encodeURIComponent(hosts)}`}`;
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
        return showPlan(ctx, { ...opened, frame: { ...opened.frame, flash } }, values, planned);
      }
      const id = await carriedOut(calls, opened.viewer, planned);
      const href = codeHref(id, planned.plan);
      seeOther(ctx, `${href}${href.includes('?') ? '&' : '?'}done=mcpEnabled`);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      showForm(ctx, opened, { status: statusOf(error), values, errors: errorsOf(error) });
    }
  });

  page('/console/resource-servers/:id/code', async (ctx, { viewer, frame }, id) => {
    const { body } = await calls.run('getResourceServer', viewer.account, viewer.by, { id });
    const server = body as AnswerOf<'getResourceServer'>;
    const lines = {
      issuer: deps.issuer,
      resource: server.identifier,
      scopes: server.scopes.map(({ name }) => name),
    };
    const hosts = queryOf(ctx).get('hosts') ?? '';
    const model = {
      ...frame,
      name: server.name,
      typescript: typescriptLines(lines),
      python: pythonLines(lines),
      settings: HOSTS.test(hosts) ? hostSettings(hosts.split(',')) : [],
      isProposed: (server.delegates_to ?? []).some((pair) => pair.accepted_at === undefined),
      serverHref: serverHref(deps, id),
    };
    sendPage(ctx, 200, serverCodePage(model), [], 'scripts');
  });
};

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
  return { plan: body as Plan, version };
};

const isEmpty = ({ action, enables, proposals }: Plan): boolean =>
  action === 'none' && !enables && proposals.length === 0;

/** Of all that the plan does: the person confirms what the page showed. */
const digestOf = ({ plan, version }: Planned): string => {
  const { identifier, resource_server: id, action, name, former_name: former, scopes, enables, proposals } = plan;
  const what = [identifier, id, version, action, name, former, scopes, enables, proposals];
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url');
};

/** Makes the changes of the plan, each as a call of the management API. Returns the id of the resource server. */
const carriedOut = async (
  calls: ConsoleCalls,
  { account, by }: Viewer,
  { plan, version }: Planned,
): Promise<string> => {
  const scopes = plan.scopes.map(({ is_changed: _, ...scope }) => scope);
  let id = plan.resource_server ?? '';
  if (plan.action === 'create') {
    const body = { identifier: plan.identifier, name: plan.name, scopes };
    const made = await calls.run('createResourceServer', account, by, { body });
    id = String(made.body?.id);
  }
  if (plan.action === 'change') {
    const body = { scopes, ...(plan.former_name === undefined ? {} : { name: plan.name }) };
    await calls.run('updateResourceServer', account, by, { id, version, body });
  }
  if (plan.enables) await calls.run('enableResourceServer', account, by, { id });
  for (const { resource, scope } of plan.proposals) {
    await calls.run('proposeDelegation', account, by, { id, body: { resource, scope } });
  }
  return id;
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

/** Each refusal beside the field that it is about. The registration names a pair by its members. */
const errorsOf = (error: DomainError): Typed['errors'] => {
  const errors = shownErrors(error).map(({ pointer = '', ...refusal }) => {
    const part = pointer.split('/')[1] ?? '';
    const name = part === 'resource' || part === 'scope' ? 'delegates_to' : part;
    return [MCP_FIELDS.find((one) => one === name) ?? 'url', refusalPhrase(refusal)] as const;
  });
  return Object.fromEntries(errors.reverse());
};
