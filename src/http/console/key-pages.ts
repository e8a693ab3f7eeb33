import { revokeKeyPage } from '../../../views/pages/console-key-revocation.ts';
import { type PushKeysModel, revokePushKeyPage, rotatePushKeyPage } from '../../../views/pages/console-push-keys.ts';
import { type KeyRow, signingKeysPage } from '../../../views/pages/console-settings.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { keyWords } from '../../../views/words/console-settings.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import { type AskedCall, addAskedCall } from './asked-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { stepUp } from './step-up.ts';
import { requireTyped } from './typed-confirmation.ts';

/** Adds `/console/keys`: the signing keys and those of push messages, their rotation, and the revocation of one. */
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
    const pushKeys = await pushKeysFor(parts, viewer);
    sendPage(ctx, 200, signingKeysPage({ ...frame, keys, ...rotate, ...(pushKeys ? { pushKeys } : {}) }));
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
  addPushKeyPages(parts, home);
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

/** Adds `/console/keys/:id/revoke`: what ends with the key, and the confirmation by its id. */
const addRevocation = (parts: PageParts, home: string): void => {
  const hrefOf = (id: string): string => `${home}/${encodeURIComponent(id)}/revoke`;
  addAskedCall(parts, {
    ...{ path: '/console/keys/:id/revoke', operation: 'revokeKey', hrefOf, isStepUp: true },
    fields: { reason: 'reason', confirm: 'confirm' },
    page: async ({ viewer, frame }, id, { values, errors }) => {
      const key = (await keysFor(parts, viewer)).find((one) => one.id === id && one.state !== 'revoked');
      if (!key) throw documentRefusal('object_not_found');
      const { reason = '', confirm = '' } = values;
      return revokeKeyPage({
        ...{ ...frame, key, action: hrefOf(id), cancelHref: home, values: { reason, confirm } },
        errors,
      });
    },
    call: revocationOf,
    done: (ctx) => seeOther(ctx, `${home}?done=keyRevoked`),
  });
};

/** Throws 'invalid_field' at `/confirm` unless the user typed the id of the key. */
const revocationOf: AskedCall['call'] = ({ confirm = '', reason = '' }, id) => {
  requireTyped(confirm, id);
  return { id, body: { reason } };
};

/** The keys of push messages, newest first; undefined for a viewer who may not list them. */
const pushKeysFor = async ({ deps, calls }: PageParts, { account, by }: Viewer): Promise<PushKeysModel | undefined> => {
  if (!calls.may('listPushKeys', account)) return undefined;
  const { body } = await calls.run('listPushKeys', account, by);
  const home = `${deps.basePath}/console/push-keys`;
  const mayRevoke = calls.may('revokePushKey', account);
  const rows = (body?.items ?? []).map(({ id, state, created_at: createdAt }) => ({
    ...{ id, state, createdAt },
    ...(mayRevoke ? { revokeHref: `${home}/${id}/revoke` } : {}),
  }));
  // The first one comes with the first browser that asks for it.
  const mayRotate = rows.length > 0 && calls.may('rotatePushKey', account);
  return { rows, ...(mayRotate ? { rotateHref: `${home}/rotate` } : {}) };
};

/** Adds the rotation of the keys of push messages, and the revocation of one by its id. */
const addPushKeyPages = (parts: PageParts, cancelHref: string): void => {
  const home = `${parts.deps.basePath}/console/push-keys`;
  addAskedCall(parts, {
    ...{ path: '/console/push-keys/rotate', operation: 'rotatePushKey', fields: {}, hrefOf: () => `${home}/rotate` },
    page: async ({ frame }) => rotatePushKeyPage(frame, { action: `${home}/rotate`, cancelHref }),
    call: () => ({}),
    done: (ctx) => seeOther(ctx, `${cancelHref}?done=pushKeyRotated`),
  });
  addAskedCall(parts, {
    ...{ path: '/console/push-keys/:id/revoke', operation: 'revokePushKey' },
    ...{ fields: { reason: 'reason', confirm: 'confirm' }, hrefOf: (id: string) => `${home}/${id}/revoke` },
    page: async ({ viewer, frame }, id, { values, errors }) => {
      const key = (await pushKeysFor(parts, viewer))?.rows.find((one) => one.id === id);
      if (!key) throw documentRefusal('object_not_found');
      const { reason, confirm } = errors;
      return revokePushKeyPage(frame, {
        ...{ key, cancelHref, action: `${home}/${id}/revoke` },
        reason: { value: values['reason'] ?? '', ...(reason === undefined ? {} : { error: reason }) },
        typed: { name: id, value: values['confirm'] ?? '', ...(confirm === undefined ? {} : { error: confirm }) },
      });
    },
    call: revocationOf,
    done: (ctx) => seeOther(ctx, `${cancelHref}?done=pushKeyRevoked`),
  });
};
