import type { Context } from 'koa';
import { type RevokeKeyModel, revokeKeyPage } from '../../../views/pages/console-key-revocation.ts';
import { type KeyRow, signingKeysPage } from '../../../views/pages/console-settings.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { keyWords } from '../../../views/words/console-settings.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { recordRefusal, seeOther, sendPage, statusOf } from '../interaction/page-answers.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { PageParts } from './console-forms.ts';
import type { Opened, Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';
import { requireTyped } from './typed-confirmation.ts';

/** Adds `/console/keys`: the signing keys, their rotation, and the revocation of one. */
export const addKeyPages = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const home = `${deps.basePath}/console/keys`;
  const withFactor = stepUp(deps);

  page('/console/keys', async (ctx, { viewer, frame }) => {
    const mayRevoke = calls.may('revokeKey', viewer.account);
    const keys = (await keysFor(parts, viewer)).map((key) =>
      mayRevoke && key.state !== 'revoked' ? { ...key, revokeHref: `${home}/${key.id}/revoke` } : key,
    );
    const rotate = calls.may('rotateKeys', viewer.account) ? { rotateHref: `${home}/rotate` } : {};
    sendPage(ctx, 200, signingKeysPage({ ...frame, keys, ...rotate }));
  });

  page('/console/keys/rotate', async (ctx, { viewer, frame }) => {
    calls.access('rotateKeys', viewer.account);
    const asked = { title: keyWords.rotate, question: keyWords.rotateAsked, lead: keyWords.rotateLead };
    const form = { button: keyWords.rotate, action: `${home}/rotate`, cancelHref: home, kind: 'primary' as const };
    sendPage(ctx, 200, confirmPage(frame, { place: 'keys', ...asked, ...form }));
  });

  router.post('/console/keys/rotate', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('rotateKeys', account, by);
    if (await withFactor(ctx, account.id, `${home}/rotate`, call)) seeOther(ctx, `${home}?done=rotated`);
  });

  addRevocation(parts, home);
};

/** What this server signs with a key of each type (RFC 7518 §3.1, RFC 8037 §3.1). */
const ALGORITHMS: Readonly<Partial<Record<string, string>>> = { EC: 'ES256', RSA: 'RS256, PS256', OKP: 'EdDSA' };

/** The keys, as the management API lists them for the viewer. */
const keysFor = async ({ calls }: PageParts, { account, by }: Viewer): Promise<readonly KeyRow[]> => {
  const { body } = await calls.run('listKeys', account, by);
  return (body?.items ?? []).map(({ id, kty, state, signs_from: from, signs_until: until }) => ({
    ...{ id, kind: ALGORITHMS[kty] ?? kty, state, from },
    ...(until === undefined ? {} : { until }),
  }));
};

type Typed = Pick<RevokeKeyModel, 'values' | 'errors'> & { readonly status: number };

const EMPTY: Typed = { status: 200, values: { confirm: '', reason: '' }, errors: {} };

/** Refusals after which the page shows the form again. */
const AGAIN: readonly string[] = ['invalid_field', 'invalid_request'];

/** Adds `/console/keys/:id/revoke`: what ends with the key, and the confirmation by its id. */
const addRevocation = (parts: PageParts, home: string): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);
  const hrefOf = (id: string): string => `${home}/${encodeURIComponent(id)}/revoke`;

  const show = async (ctx: Context, { viewer, frame }: Opened, id: string, { status, ...typed }: Typed) => {
    const key = (await keysFor(parts, viewer)).find((one) => one.id === id && one.state !== 'revoked');
    if (!key) throw documentRefusal('object_not_found');
    sendPage(ctx, status, revokeKeyPage({ ...frame, key, action: hrefOf(id), cancelHref: home, ...typed }));
  };

  page('/console/keys/:id/revoke', async (ctx, opened, id) => {
    const { account, by } = opened.viewer;
    calls.access('revokeKey', account);
    // Before the form, so that a user does not fill it in in vain.
    const isProven = await withFactor(ctx, account.id, hrefOf(id), async () => deps.requireFreshFactor(by));
    if (isProven) await show(ctx, opened, id, EMPTY);
  });

  router.post('/console/keys/:id/revoke', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const opened = openedAs(ctx, session);
    const { account, by } = opened.viewer;
    calls.access('revokeKey', account);
    const values = { confirm: (single(form, 'confirm') ?? '').trim(), reason: (single(form, 'reason') ?? '').trim() };
    try {
      requireTyped(values.confirm, id);
      const call = () => calls.run('revokeKey', account, by, { id, body: { reason: values.reason } });
      if (await withFactor(ctx, account.id, hrefOf(id), call)) seeOther(ctx, `${home}?done=keyRevoked`);
    } catch (error) {
      if (!isDomainError(error) || !AGAIN.includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      const [first] = shownErrors(error);
      const member = first.pointer === '/confirm' ? 'confirm' : 'reason';
      await show(ctx, opened, id, { status: statusOf(error), values, errors: { [member]: refusalPhrase(first) } });
    }
  });
};
