import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import { handOverPage, registerPage, retirePage } from '../../../views/pages/console-forms.ts';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { agentFormWords } from '../../../views/words/console-forms.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { AccountSessions, PageSession } from '../account/sessions.ts';
import { byOf, queryOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { ownerCalled, readRegisterForm, registerErrors, registerModel, registrationOf } from './agent-form.ts';
import { rowOf } from './agent-model.ts';
import { changeableAgent } from './agent-standing.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { agentHref, type ConsoleDeps } from './console-deps.ts';
import type { AddPage, Opened } from './console-page.ts';
import { lossesOfAgent } from './losses.ts';
import { afterTypedName, untyped } from './typed-confirmation.ts';

export type PageParts = {
  readonly router: Router;
  readonly page: AddPage;
  readonly deps: ConsoleDeps;
  readonly calls: ConsoleCalls;
  readonly sessions: AccountSessions;
  readonly openedAs: (ctx: Context, session: PageSession) => Opened;
};

/** A link may name the agent. */
const namedIn = (query: URLSearchParams) => ({
  ...{ environment: 'development', name: (query.get('name') ?? '').slice(0, 100) },
});

/** Adds the pages with fields: registering an agent, transferring one, and the confirmation before retiring one. */
export const addConsoleForms = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  page('/console/agents/new', async (ctx, { viewer, frame }) =>
    sendPage(ctx, 200, registerPage(await registerModel(deps, calls, viewer, frame, namedIn(queryOf(ctx))))),
  );

  router.post('/console/agents', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { account } = session;
    const values = readRegisterForm(form);
    try {
      const body = await registrationOf(deps, values);
      const made = await calls.run('createAgent', account, byOf(ctx, account.id), {
        body,
        ...idempotencyOf(form),
      });
      const isActive = made.body?.['state'] === 'active';
      seeOther(ctx, `${agentHref(deps, String(made.body?.['id']))}?done=${isActive ? 'registered' : 'asked'}`);
    } catch (error) {
      const isRefusedByPolicy = isDomainError(error) && error.refused !== undefined;
      const errors = isRefusedByPolicy ? {} : registerErrors(error);
      if (!errors || !isDomainError(error)) throw error;
      await recordRefusal(deps, ctx, error);
      const { viewer, frame } = openedAs(ctx, session);
      const text = isRefusedByPolicy ? agentFormWords.notLet(refusalPhrase(error)) : agentFormWords.notRight;
      const flash = { kind: 'error', text } as const;
      const model = await registerModel(deps, calls, viewer, { ...frame, flash }, values, errors);
      sendPage(ctx, statusOf(error), registerPage(model));
    }
  });

  const showHandOver = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status = 200, ...given }: { readonly status?: number; readonly owner?: string; readonly error?: Text } = {},
  ): Promise<void> => {
    const { document, version } = await changeableAgent(deps, calls, viewer, id);
    const action = `${agentHref(deps, id)}/hand-over`;
    const agent = await rowOf(deps, document);
    sendPage(ctx, status, handOverPage({ ...frame, agent, action, version, owner: '', ...given }));
  };

  page('/console/agents/:id/hand-over', (ctx, opened, id) => showHandOver(ctx, opened, id));

  router.post('/console/agents/:id/hand-over', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    await changeableAgent(deps, calls, opened.viewer, id);
    const typed = (single(form, 'owner') ?? '').trim();
    try {
      const owner = await ownerCalled(deps, typed, '/owner');
      const { account, by } = opened.viewer;
      const { body } = await calls.run('updateAgent', account, by, { id, body: { owner }, version: versionOf(form) });
      seeOther(ctx, `${agentHref(deps, id)}?done=${body?.['owner'] === owner ? 'transferred' : 'offered'}`);
    } catch (error) {
      if (!isDomainError(error) || !['invalid_field', 'precondition_failed', 'conflict'].includes(error.code))
        throw error;
      await recordRefusal(deps, ctx, error);
      await showHandOver(ctx, opened, id, {
        status: statusOf(error),
        owner: typed,
        error: refusalPhrase(error),
      });
    }
  });

  router.post('/console/agents/:id/withdraw', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { viewer } = openedAs(ctx, session);
    const { owner } = (await changeableAgent(deps, calls, viewer, id)).document;
    await calls.run('updateAgent', viewer.account, viewer.by, { id, body: { owner }, version: versionOf(form) });
    seeOther(ctx, `${agentHref(deps, id)}?done=withdrawn`);
  });

  const showRetirement = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status = 200, ...given }: { readonly status?: number; readonly typed?: TypedConfirmation } = {},
  ): Promise<void> => {
    const { document } = await changeableAgent(deps, calls, viewer, id);
    const action = `${agentHref(deps, id)}/retire`;
    const agent = await rowOf(deps, document);
    const losses = await lossesOfAgent(calls, viewer, id);
    sendPage(ctx, status, retirePage({ ...frame, agent, action, losses, typed: untyped(document.name), ...given }));
  };

  page('/console/agents/:id/retire', (ctx, opened, id) => showRetirement(ctx, opened, id));

  router.post('/console/agents/:id/retire', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    const { name } = (await changeableAgent(deps, calls, opened.viewer, id)).document;
    await afterTypedName(ctx, deps, form, name, {
      act: async () => {
        await calls.run('retireAgent', account, by, { id });
        seeOther(ctx, `${agentHref(deps, id)}?done=retired`);
      },
      again: (status, typed) => showRetirement(ctx, opened, id, { status, typed }),
    });
  });
};

/** Makes a form register one agent even if the browser sends it twice. */
const idempotencyOf = (form: URLSearchParams): { readonly idempotencyKey?: string } => {
  const once = single(form, 'once') ?? '';
  return /^[A-Za-z0-9_-]{16,128}$/.test(once) ? { idempotencyKey: once } : {};
};

/** The version of the agent that the page showed. Any other value matches no version. */
export const versionOf = (form: URLSearchParams): number => {
  const version = single(form, 'version') ?? '';
  return /^[1-9][0-9]{0,14}$/.test(version) ? Number(version) : -1;
};
