/** Many agents from a list: a preview with errors by line, then calls of the API for a part of them each, then the result. */
import type { Context } from 'koa';
import {
  agentsImportPage,
  importedAgentsPage,
  importingAgentsPage,
  MOST_PASTED,
  previewAgentsPage,
} from '../../../views/pages/console-agents-import.ts';
import { csvLine } from '../../domain/vocabulary/csv-line.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import { recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import type { PostedFile } from '../middleware/multipart-form.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { type ListedAgent, MOST_AGENTS, readAgents } from './agent-list-file.ts';
import { agentHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';
import { sendFile } from './list-exports.ts';

/** Agents of one step: each is one request of a browser, which ends within some seconds. */
const STEP = 250;
/** Most bytes of a form: of the list, or of what a step carries to the next. */
const MOST_FORM = 8_388_608;

/** A line that waits for its step. */
type Waiting = { readonly line: number; readonly body: Readonly<Record<string, unknown>> };
/** What became of a line. */
type Result = { readonly line: number; readonly name: string } & (
  | { readonly id: string; readonly state: string }
  | { readonly error: string; readonly isLeftOut?: boolean }
);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isWaiting = (value: unknown): value is Waiting =>
  isObject(value) && Number.isSafeInteger(value['line']) && isObject(value['body']);

const isResult = (value: unknown): value is Result => {
  if (!isObject(value) || !Number.isSafeInteger(value['line']) || typeof value['name'] !== 'string') return false;
  return (typeof value['id'] === 'string' && typeof value['state'] === 'string') || typeof value['error'] === 'string';
};

/** What a step carries to the next. Throws 'invalid_request' for what no page of ours sends. */
const linesIn = <T>(text: string | undefined, isOne: (value: unknown) => value is T): readonly T[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_AGENTS)
    .map((line) => {
      let value: unknown;
      try {
        value = strictJson(Buffer.from(line));
      } catch (cause) {
        throw consoleRefusal('agents_step_malformed', { cause });
      }
      if (!isOne(value)) throw consoleRefusal('agents_step_malformed');
      return value;
    });

const textOfLines = (values: readonly object[]): string => values.map((value) => JSON.stringify(value)).join('\n');

const isLeftOut = (one: Result): boolean => 'isLeftOut' in one && one.isLeftOut === true;

const progressOf = (results: readonly Result[]): { readonly made: number; readonly refused: number } => ({
  made: results.filter((one) => 'id' in one).length,
  refused: results.filter((one) => 'error' in one && !isLeftOut(one)).length,
});

const textIn = (body: Readonly<Record<string, unknown>>, name: string): string => {
  const value = body[name];
  return typeof value === 'string' ? value : '';
};

const givenText = (files: readonly PostedFile[], pasted: string): string => {
  const [file] = files.filter(({ content }) => content.length > 0);
  if (!file) {
    if (pasted.length > MOST_PASTED) {
      throw consoleRefusal('agents_file_too_long', { field: '/list', params: { most: MOST_AGENTS } });
    }
    return pasted;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.content);
  } catch (cause) {
    throw consoleRefusal('agents_file_not_text', { field: '/list', cause });
  }
};

/** The first fault of a refused line, in the words of the API. */
const faultOf = (answer: Readonly<Record<string, unknown>>): string => {
  const [first] = Array.isArray(answer['errors']) ? (answer['errors'] as readonly Record<string, unknown>[]) : [];
  if (!first) return String(answer['detail']);
  const member = String(first['pointer'] ?? '').slice(1);
  return `${member === '' ? '' : `${member}: `}${String(first['detail'])}`;
};

/** A line that the preview left out, with its first error. */
const leftOut = ({ line, body, errors: [first] }: ListedAgent): Result => ({
  ...{ line, name: textIn(body, 'name').slice(0, 100), isLeftOut: true },
  error: `${first?.member === undefined ? '' : `${first.member}: `}${first?.english ?? ''}`.slice(0, 400),
});

/** Adds `/console/agents/import`. Call it before the page of one agent is added. */
export const addAgentsImport = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const path = '/console/agents/import';
  const action = `${deps.basePath}${path}`;
  const links = { action, listHref: `${deps.basePath}/console/agents` };
  const form = { ...links, most: MOST_AGENTS };

  page(path, async (ctx, { viewer, frame }) => {
    calls.access('createAgents', viewer.account);
    sendPage(ctx, 200, agentsImportPage(frame, { ...form, list: '' }));
  });

  const preview = async (
    ctx: Context,
    { viewer: { account }, frame }: Opened,
    agents: readonly ListedAgent[],
  ): Promise<void> => {
    const groups = await deps.groups.ofAccount(account.id);
    // An agent of the viewer, or of a group of theirs, needs no acceptance.
    const own = ['', account.id, ...groups.map(({ id }) => id)];
    const right = agents.filter(({ errors }) => errors.length === 0);
    const wrong = agents.filter(({ errors }) => errors.length > 0);
    const model = {
      ...links,
      right: right.map(({ line, body, owner }) => ({
        ...{ line, name: textIn(body, 'name'), environment: textIn(body, 'environment'), owner },
        blueprint: textIn(body, 'blueprint'),
        isPending: !own.includes(textIn(body, 'owner')),
      })),
      wrong: wrong.map(({ line, body, errors }) => ({ line, name: textIn(body, 'name'), errors })),
      carried: {
        rest: textOfLines(right.map(({ line, body }) => ({ line, body }))),
        results: textOfLines(wrong.map(leftOut)),
        once: deps.identifiers.newSecret(),
      },
    };
    sendPage(ctx, 200, previewAgentsPage(frame, model));
  };

  /** Registers these agents. A line that was registered under this key before is not registered again. */
  const register = async (
    { account, by }: Viewer,
    key: string,
    some: readonly Waiting[],
  ): Promise<readonly Result[]> => {
    const lines = async function* (): AsyncGenerator<Buffer> {
      for (const { body } of some) yield Buffer.from(JSON.stringify(body));
    };
    const { lines: answers } = await calls.run('createAgents', account, by, { lines: lines(), idempotencyKey: key });
    const results: Result[] = [];
    for await (const text of answers ?? []) {
      const answer = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const one = some[Number(answer['line']) - 1];
      if (one === undefined) continue;
      const about = { line: one.line, name: textIn(one.body, 'name').slice(0, 100) };
      results.push(
        answer['status'] === 201
          ? { ...about, id: String(answer['id']), state: String(answer['state']) }
          : { ...about, error: faultOf(answer).slice(0, 400) },
      );
    }
    return results;
  };

  const step = async (ctx: Context, { viewer, frame }: Opened, given: URLSearchParams): Promise<void> => {
    const waiting = linesIn(single(given, 'rest'), isWaiting);
    const before = linesIn(single(given, 'results'), isResult);
    const once = (single(given, 'once') ?? '').slice(0, 100);
    const lines = before.filter((one) => !isLeftOut(one)).length + waiting.length;
    const [now, rest] = [waiting.slice(0, STEP), waiting.slice(STEP)];
    // The key names the place of the step: the same step, sent twice, registers once.
    const results = [...before, ...(now.length === 0 ? [] : await register(viewer, `${once}-${before.length}`, now))];
    if (rest.length > 0) {
      const carried = { rest: textOfLines(rest), results: textOfLines(results), once };
      const next = Math.min(STEP, rest.length);
      return sendPage(
        ctx,
        200,
        importingAgentsPage(frame, {
          ...progressOf(results),
          done: lines - rest.length,
          all: lines,
          next,
          carried,
          action,
        }),
        [],
        'scripts',
      );
    }
    sendPage(ctx, 200, importedAgentsPage(frame, { ...shown(results), fileAction: `${action}/file`, ...links }));
  };

  const shown = (results: readonly Result[]) => ({
    made: results.flatMap((one) =>
      'id' in one
        ? [{ ...one, href: agentHref(deps, encodeURIComponent(one.id)), isPending: one.state !== 'active' }]
        : [],
    ),
    refused: results.filter((one) => 'error' in one).toSorted((one, other) => one.line - other.line),
    results: textOfLines(results),
  });

  router.post(path, async (ctx) => {
    const {
      form: given,
      files,
      ...session
    } = await sessions.withFiles(ctx, MOST_FORM, (account) => calls.access('createAgents', account));
    const opened = openedAs(ctx, session);
    if (given.has('rest')) return step(ctx, opened, given);
    const { account } = opened.viewer;
    const own = calls.mayAll('createAgents', account) ? undefined : account;
    const list = (single(given, 'list') ?? '').replaceAll('\r\n', '\n');
    try {
      await preview(ctx, opened, await readAgents(deps, givenText(files, list), own));
    } catch (error) {
      if (!isDomainError(error) || error.field !== '/list') throw error;
      await recordRefusal(deps, ctx, error);
      sendPage(ctx, statusOf(error), agentsImportPage(opened.frame, { ...form, list, error: refusalPhrase(error) }));
    }
  });

  router.post(`${path}/file`, async (ctx) => {
    const { form: given } = await sessions.withFiles(ctx, MOST_FORM, (account) =>
      calls.access('createAgents', account),
    );
    const { made, refused } = shown(linesIn(single(given, 'results'), isResult));
    const isMade = single(given, 'file') !== 'refused';
    const lines = async function* (): AsyncGenerator<string> {
      yield csvLine(isMade ? ['line', 'id', 'name', 'state'] : ['line', 'name', 'error']);
      if (isMade) for (const { line, id, name, state } of made) yield csvLine([String(line), id, name, state]);
      else for (const { line, name, error } of refused) yield csvLine([String(line), name, error]);
    };
    await sendFile(ctx, isMade ? 'registered-agents' : 'refused-agents', 'csv', lines());
  });
};
