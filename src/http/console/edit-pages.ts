import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import { editPage, newCredentialPage } from '../../../views/pages/console-edit.ts';
import type { CredentialField, EditField } from '../../../views/pages/console-model.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { byOf, recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import { rowOf } from './agent-model.ts';
import { agentToGiveCredentials, changeableAgent } from './agent-standing.ts';
import { agentHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Opened } from './console-page.ts';
import {
  CREDENTIAL_FIELDS,
  changeOf,
  credentialOf,
  fieldErrors,
  readCredential,
  readWords,
  WORD_FIELDS,
  wordsOf,
} from './edit-form.ts';

type Given<Field extends string> = {
  readonly status?: number;
  readonly values?: Readonly<Partial<Record<Field, string>>>;
  readonly errors?: Readonly<Partial<Record<Field, Text>>>;
};

/** Adds the pages that change an agent's metadata and credentials. */
export const addEditPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const showWords = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status = 200, values, errors = {} }: Given<EditField> = {},
  ): Promise<void> => {
    const { document, version } = await changeableAgent(deps, calls, viewer, id);
    const action = `${agentHref(deps, id)}/edit`;
    const agent = await rowOf(deps, document);
    sendPage(ctx, status, editPage({ ...frame, agent, action, version, values: values ?? wordsOf(document), errors }));
  };

  page('/console/agents/:id/edit', (ctx, opened, id) => showWords(ctx, opened, id));

  router.post('/console/agents/:id/edit', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    const { document } = await changeableAgent(deps, calls, opened.viewer, id);
    const values = readWords(form);
    try {
      const body = changeOf(document, values);
      if (Object.keys(body).length > 0) {
        await calls.run('updateAgent', account, by, { id, body, version: versionOf(form) });
      }
      seeOther(ctx, `${agentHref(deps, id)}?done=changed`);
    } catch (error) {
      const errors = fieldErrors(error, WORD_FIELDS);
      if (!errors || !isDomainError(error)) throw error;
      await recordRefusal(deps, ctx, error);
      await showWords(ctx, opened, id, { status: statusOf(error), values, errors });
    }
  });

  const showCredential = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status = 200, values = {}, errors = {} }: Given<CredentialField> = {},
  ): Promise<void> => {
    const { document } = await agentToGiveCredentials(deps, calls, viewer, id);
    const action = `${agentHref(deps, id)}/credentials`;
    const agent = await rowOf(deps, document);
    sendPage(ctx, status, newCredentialPage({ ...frame, agent, action, values, errors }));
  };

  page('/console/agents/:id/credentials/new', (ctx, opened, id) => showCredential(ctx, opened, id));

  router.post('/console/agents/:id/credentials', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    await changeableAgent(deps, calls, opened.viewer, id);
    const values = readCredential(form);
    try {
      await calls.run('addCredential', account, by, { id, body: credentialOf(values) });
      seeOther(ctx, `${agentHref(deps, id)}?done=added`);
    } catch (error) {
      const errors = fieldErrors(error, CREDENTIAL_FIELDS);
      if (!errors || !isDomainError(error)) throw error;
      await recordRefusal(deps, ctx, error);
      await showCredential(ctx, opened, id, { status: statusOf(error), values, errors });
    }
  });

  const button = (name: string, operation: OperationId, done: string): void => {
    router.post(`/console/agents/:id/credentials/:credential/${name}`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '', credential = '' } = ctx.params;
      await calls.run(operation, account, byOf(ctx, account.id), { id, credential });
      seeOther(ctx, `${agentHref(deps, id)}?done=${done}`);
    });
  };
  button('stop', 'suspendCredential', 'stopped');
  button('resume', 'resumeCredential', 'counts');
  button('remove', 'removeCredential', 'removed');
};
