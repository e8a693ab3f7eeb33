/** The forms that allow an object a static secret as an exception, and rotate it. They show the secret once. */
import type { Html, Phrase } from '../../../views/html.ts';
import type { ConsoleFrame, ConsolePlace } from '../../../views/partials/console-frame.ts';
import type { OldCredential } from '../../../views/partials/old-credential.ts';
import { allowSecretPage, rotateSecretPage } from '../../../views/partials/static-secret-forms.ts';
import { sendPage } from '../interaction/page-answers.ts';
import type { OperationId } from '../management/resource-table.ts';
import { type AskedCall, addAskedCall } from './asked-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';

const DAY = 86_400;

type StaticSecretPages = {
  /** Of the list of objects, below the issuer's path. */
  readonly path: string;
  readonly place: ConsolePlace;
  readonly hrefOf: (id: string) => string;
  /** Name of the object. Throws for a viewer who may not give it a secret. */
  readonly nameOf: (viewer: Viewer, id: string) => Promise<string>;
  readonly allow: OperationId;
  readonly rotate: OperationId;
  /** For what a secret is allowed. */
  readonly lead: Phrase;
  readonly overlaps: Parameters<typeof rotateSecretPage>[1]['overlaps'];
  /** `old`: the secret that a rotation replaced. */
  readonly shown: (frame: ConsoleFrame, id: string, secret: string, old?: OldCredential) => Html;
  /** The old secret after a rotation. `newest`: id of the new one. Absent: the page does not say. */
  readonly oldOf?: (id: string, newest: string) => Promise<OldCredential>;
  readonly isStepUp?: true;
};

/** A text that is no number goes to the API, which refuses it. */
const numberIn = (text = ''): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** Adds `…/:id/secret` and `…/:id/rotate-secret`. Call it before the page of one object is added. */
export const addStaticSecretPages = (parts: PageParts, spec: StaticSecretPages): void => {
  const { path, place, hrefOf, nameOf, isStepUp } = spec;
  const form = (tail: 'secret' | 'rotate-secret'): Pick<AskedCall, 'path' | 'hrefOf' | 'done' | 'isStepUp'> => ({
    path: `${path}/:id/${tail}`,
    hrefOf: (id) => `${hrefOf(id)}/${tail}`,
    done: async (ctx, { frame, id, answer }) => {
      const old = tail === 'rotate-secret' ? await spec.oldOf?.(id, String(answer['id'])) : undefined;
      sendPage(ctx, 200, spec.shown(frame, id, String(answer['client_secret']), old));
    },
    ...(isStepUp ? { isStepUp } : {}),
  });

  addAskedCall(parts, {
    ...{ ...form('secret'), operation: spec.allow, fields: { reason: 'reason', expires_at: 'days' } },
    page: async ({ viewer, frame }, id, typed) =>
      allowSecretPage(frame, {
        ...{ place, href: hrefOf(id), name: await nameOf(viewer, id), lead: spec.lead },
        ...typed,
      }),
    call: ({ reason = '', days }, id) => {
      const count = numberIn(days);
      const ends = typeof count === 'number' ? parts.deps.clock.now() + count * DAY : count;
      return { id, body: { reason, expires_at: ends } };
    },
  });

  addAskedCall(parts, {
    ...{ ...form('rotate-secret'), operation: spec.rotate, fields: { overlap_seconds: 'overlap' } },
    page: async ({ viewer, frame }, id, typed) =>
      rotateSecretPage(frame, {
        ...{ place, href: hrefOf(id), name: await nameOf(viewer, id), overlaps: spec.overlaps },
        ...typed,
      }),
    call: ({ overlap }, id) => ({ id, body: { overlap_seconds: numberIn(overlap) } }),
  });
};
