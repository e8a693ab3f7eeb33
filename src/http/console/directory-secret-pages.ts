/** The forms that allow a directory a static secret, rotate it and end it. */
import type { Context } from 'koa';
import type { Html, Text } from '../../../views/html.ts';
import {
  allowSecretPage,
  revokeSecretPage,
  rotateSecretPage,
  type SecretFormModel,
} from '../../../views/pages/console-directory-secrets.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { ObjectLink } from '../../../views/partials/object-page.ts';
import { secretPage } from '../../../views/partials/secret-page.ts';
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import { directoryHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { connectionOf } from './directory-forms.ts';
import { stepUp } from './step-up.ts';

const DAY = 86_400;

/** Refusals after which the page asks again. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request', 'conflict'];

type Values = SecretFormModel['values'];
type FieldName = keyof SecretFormModel['errors'];

type Form = {
  readonly operation: 'allowDirectorySecret' | 'rotateDirectorySecret';
  /** By member of the body. The first field shows an error that no member has. */
  readonly fields: Readonly<Record<string, FieldName>>;
  readonly body: (values: Values, now: number) => Readonly<Record<string, unknown>>;
  readonly page: (frame: ConsoleFrame, model: SecretFormModel) => Html;
};

/** A text that is no number goes to the API, which refuses it. */
const numberIn = (text = ''): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

const FORMS: Readonly<Record<string, Form>> = {
  secret: {
    ...{ operation: 'allowDirectorySecret', page: allowSecretPage },
    fields: { reason: 'reason', expires_at: 'days' },
    body: ({ reason = '', days }, now) => {
      const count = numberIn(days);
      return { reason, expires_at: typeof count === 'number' ? now + count * DAY : count };
    },
  },
  'rotate-secret': {
    ...{ operation: 'rotateDirectorySecret', page: rotateSecretPage },
    fields: { overlap_seconds: 'overlap' },
    body: ({ overlap }) => ({ overlap_seconds: numberIn(overlap) }),
  },
};

/** The pages that a viewer may open about the secrets of a directory. */
export const secretLinks = (
  { deps, calls }: Pick<PageParts, 'deps' | 'calls'>,
  { account }: Viewer,
  { id, hasSecret }: { readonly id: string; readonly hasSecret: boolean },
): readonly ObjectLink[] => {
  const href = directoryHref(deps, id);
  if (!hasSecret)
    return calls.may('allowDirectorySecret', account) ? [{ text: words.allowSecret, href: `${href}/secret` }] : [];
  return [
    ...(calls.may('rotateDirectorySecret', account)
      ? [{ text: words.rotateSecret, href: `${href}/rotate-secret` }]
      : []),
    ...(calls.may('revokeDirectorySecret', account)
      ? [{ text: words.revokeSecret, href: `${href}/revoke-secret`, kind: 'danger' as const }]
      : []),
  ];
};

/** Adds the forms below `path`, the list of directories. Call it before the page of one directory is added. */
export const addDirectorySecretPages = (parts: PageParts, path: string): void => {
  for (const [tail, form] of Object.entries(FORMS)) addForm(parts, `${path}/:id/${tail}`, tail, form);
  addRevocation(parts, `${path}/:id/revoke-secret`);
};

const nameOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string): Promise<string> =>
  (await calls.run('getDirectory', account, by, { id })).body?.name ?? id;

const addForm = (parts: PageParts, path: string, tail: string, form: Form): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  const show = async (
    ctx: Context,
    { viewer, frame }: Opened,
    id: string,
    again: Pick<SecretFormModel, 'values' | 'errors'> & { readonly status: number },
  ): Promise<void> => {
    const { status, ...typed } = again;
    const name = await nameOf(parts, viewer, id);
    sendPage(ctx, status, form.page(frame, { href: directoryHref(deps, id), name, ...typed }));
  };

  page(path, async (ctx, opened, id) => {
    const { account, by } = opened.viewer;
    calls.access(form.operation, account);
    // Before the form, so that a user does not fill it in in vain.
    const here = `${directoryHref(deps, id)}/${tail}`;
    const isProven = await withFactor(ctx, account.id, here, async () => deps.requireFreshFactor(by));
    if (isProven) await show(ctx, opened, id, { status: 200, values: {}, errors: {} });
  });

  router.post(path, async (ctx) => {
    const { form: sent, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    const values = Object.fromEntries(
      Object.values(form.fields).map((name) => [name, (single(sent, name) ?? '').trim()]),
    );
    try {
      await withFactor(ctx, account.id, `${directoryHref(deps, id)}/${tail}`, async () => {
        const body = form.body(values, deps.clock.now());
        const made = (await calls.run(form.operation, account, by, { id, body })).body;
        sendPage(ctx, 200, shownOnce(parts, opened.frame, id, String(made?.client_secret)));
      });
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      await show(ctx, opened, id, { status: statusOf(error), values, errors: errorsOf(form, error) });
    }
  });
};

const errorsOf = ({ fields }: Form, error: Parameters<typeof shownErrors>[0]): SecretFormModel['errors'] => {
  const [usual = 'reason'] = Object.values(fields);
  const found = shownErrors(error).map(({ pointer = '', ...refusal }): readonly [FieldName, Text] => [
    fields[pointer.split('/')[1] ?? ''] ?? usual,
    refusalPhrase(refusal),
  ]);
  // The first one at a field says most about it.
  return Object.fromEntries(found.toReversed());
};

const shownOnce = ({ deps }: PageParts, frame: ConsoleFrame, id: string, secret: string): Html => {
  const [[, baseUrl] = ['baseUrl', '']] = connectionOf(deps.issuer);
  return secretPage(frame, {
    ...{ place: 'directories', title: words.secretShown, lead: words.secretShownLead },
    values: [{ label: words.connection.baseUrl, value: baseUrl }],
    secrets: [{ label: words.secret, value: secret }],
    next: { href: directoryHref(deps, id), text: objectWords.onward },
  });
};

const addRevocation = (parts: PageParts, path: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(path, async (ctx, { viewer, frame }, id) => {
    calls.access('revokeDirectorySecret', viewer.account);
    const name = await nameOf(parts, viewer, id);
    sendPage(ctx, 200, revokeSecretPage(frame, { href: directoryHref(deps, id), name }));
  });

  router.post(path, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const href = directoryHref(deps, id);
    const call = () => calls.run('revokeDirectorySecret', account, by, { id });
    if (await withFactor(ctx, account.id, `${href}/revoke-secret`, call)) seeOther(ctx, `${href}?done=secretEnded`);
  });
};
