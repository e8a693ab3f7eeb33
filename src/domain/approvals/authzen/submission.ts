/** The stored part of a submission, to recognise its repetition and its callback. */
import type { Json } from '../../ports/document-store.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import type { Members } from './access-question.ts';
import type { AccessRequest } from './access-request.ts';
import type { AskedCallback, AskedItem } from './access-request-body.ts';
import { accessRequestRefusal } from './access-request-refusals.ts';

export const digestOfBody = (body: Members): string => {
  try {
    return canonicalDigest(body);
  } catch (cause) {
    throw accessRequestRefusal('submission_not_canonical', { cause });
  }
};

/** Resource and action as sent, for the answer. */
export const echoOf = ({
  question: { sent },
}: AskedItem): Pick<AccessRequest['items'][number], 'resource' | 'action'> =>
  sent === undefined
    ? {}
    : ({ resource: sent.resource, action: sent.action } as {
        readonly [entity: string]: { readonly [name: string]: Json };
      });

export const told = (webhook: string, { state, events }: AskedCallback): NonNullable<AccessRequest['callback']> => ({
  webhook,
  ...(state === undefined ? {} : { state }),
  ...(events === undefined ? {} : { events }),
});
