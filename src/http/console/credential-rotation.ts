/** The keys of an agent's credential, rotated by hand: the old ones work for a while beside the new ones. */
import type { Context } from 'koa';
import type { Text } from '../../../views/html.ts';
import { rotatedKeysPage, rotateKeysPage } from '../../../views/pages/console-credential-rotation.ts';
import type { OldCredential } from '../../../views/partials/old-credential.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { agentRefusal } from '../../domain/clients/agents/agent-refusals.ts';
import {
  type Credential,
  credentialsOf,
  holdsUsableKeys,
  isUsable,
  ofKind,
} from '../../domain/clients/agents/credential.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { routeParameter } from '../route-parameter.ts';
import { keysOf } from './agent-form.ts';
import { agentToGiveCredentials } from './agent-standing.ts';
import { agentHref, type ConsoleDeps } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened } from './console-page.ts';
import { fieldErrors } from './edit-form.ts';

type Field = 'jwks' | 'overlap_seconds';
type Given = {
  readonly status?: number;
  readonly values?: Readonly<Partial<Record<Field, string>>>;
  readonly errors?: Readonly<Partial<Record<Field, Text>>>;
};

const credentialHref = (deps: Pick<ConsoleDeps, 'basePath'>, agent: string, id: string): string =>
  `${agentHref(deps, agent)}/credentials/${id}`;

/** The credential as it is now, with the button that ends it. Nothing of one that ended. */
const oldOf = (deps: ConsoleDeps, agent: Agent, old: Credential | undefined): OldCredential =>
  old?.expiresAt === undefined || !isUsable(old, deps.clock.now())
    ? {}
    : { until: old.expiresAt, endAction: `${credentialHref(deps, agent.id, old.id)}/remove` };

/** The secret that a rotation replaced, while it works beside the new one. */
export const oldSecretOf = async (deps: ConsoleDeps, id: string, newest: string): Promise<OldCredential> => {
  const agent = (await deps.registered.get(id))?.document;
  return agent === undefined
    ? {}
    : oldOf(
        deps,
        agent,
        ofKind(credentialsOf(agent), 'secret').find((one) => one.id !== newest && isUsable(one, deps.clock.now())),
      );
};

/** Adds `…/credentials/:credential/rotate`. */
export const addCredentialRotation = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const show = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    { status = 200, values = {}, errors = {} }: Given = {},
  ): Promise<void> => {
    const one = routeParameter(ctx, 'credential');
    const { document: agent } = await agentToGiveCredentials(deps, calls, viewer, id);
    const credential = credentialsOf(agent).find((each) => each.id === one);
    if (!credential) throw agentRefusal('credential_not_found');
    if (!holdsUsableKeys(credential, deps.clock.now())) throw agentRefusal('credential_keys_unusable');
    const { name, kind, createdAt } = credential;
    const keys = (credential.jwks?.keys ?? []).flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []));
    sendPage(
      ctx,
      status,
      rotateKeysPage(frame, {
        agent: { name: agent.name, href: agentHref(deps, id) },
        credential: { ...(name === undefined ? {} : { name }), kind: agentFactWords.kinds[kind], keys, createdAt },
        ...{ action: `${credentialHref(deps, id, one)}/rotate`, values, errors },
      }),
    );
  };

  page('/console/agents/:id/credentials/:credential/rotate', (ctx, opened, id) => show(ctx, opened, id));

  router.post('/console/agents/:id/credentials/:credential/rotate', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '', credential = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    await agentToGiveCredentials(deps, calls, opened.viewer, id);
    const values = {
      jwks: (single(form, 'jwks') ?? '').trim(),
      overlap_seconds: single(form, 'overlap_seconds') ?? '',
    };
    try {
      const overlap = /^\d{1,6}$/.test(values.overlap_seconds)
        ? Number(values.overlap_seconds)
        : values.overlap_seconds;
      const body = { jwks: keysOf(values.jwks), overlap_seconds: overlap };
      await calls.run('replaceCredentialKeys', account, by, { id, credential, body });
      const agent = (await deps.registered.get(id))?.document;
      const old = agent && credentialsOf(agent).find((one) => one.id === credential);
      const shown = { name: agent?.name ?? id, href: agentHref(deps, id) };
      const model = { old: agent ? oldOf(deps, agent, old) : {}, agent: shown };
      sendPage(ctx, 200, rotatedKeysPage(opened.frame, model));
    } catch (error) {
      const errors = fieldErrors<Field>(error, ['jwks', 'overlap_seconds']);
      if (!errors || !isDomainError(error)) throw error;
      await recordRefusal(deps, ctx, error);
      await show(ctx, opened, id, { status: statusOf(error), values, errors });
    }
  });
};
