/** The erasure of a personal value of an audit event: what is erased, what stays, and the confirmation by the name of the value. */
import type { ErasableValue } from '../../../views/pages/console-audit-event.ts';
import { eraseValuePage } from '../../../views/pages/console-erasure.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { seeOther } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { AnswerOf } from './console-calls.ts';
import { eventHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { requireTyped } from './typed-confirmation.ts';

type Entry = AnswerOf<'getAuditEvent'>;

/** Personal values that the event still has, by name. */
const personalOf = ({ event }: Entry): ReadonlyMap<string, string> =>
  new Map(Object.entries((Reflect.get(event, 'personal') ?? {}) as Readonly<Record<string, string>>));

/** The values of an event that the viewer may erase, each with its page. */
export const erasableIn = (
  { deps, calls }: Pick<PageParts, 'deps' | 'calls'>,
  { account }: Viewer,
  entry: Entry,
): readonly ErasableValue[] =>
  calls.may('eraseAuditValue', account)
    ? [...personalOf(entry).keys()].map((name) => ({
        name,
        href: `${eventHref(deps, entry.id)}/erase?value=${encodeURIComponent(name)}`,
      }))
    : [];

/** Adds `/console/audit/events/:id/erase?value=NAME`. */
export const addErasurePage = (parts: PageParts): void => {
  const { deps, calls } = parts;
  addAskedCall(parts, {
    ...{ path: '/console/audit/events/:id/erase', operation: 'eraseAuditValue' },
    hrefOf: (id) => `${eventHref(deps, id)}/erase`,
    ...{ fields: { confirm: 'confirm', value: 'value' }, inAddress: ['value'], hidden: ['value'] },
    page: async ({ viewer: { account, by }, frame }, id, { values: { value = '', confirm = '' }, errors }) => {
      const { body: entry } = await calls.run('getAuditEvent', account, by, { id });
      const text = entry && personalOf(entry).get(value);
      if (!entry || text === undefined) throw documentRefusal('object_not_found');
      const error = errors['confirm'];
      return eraseValuePage(frame, {
        ...{ type: String(Reflect.get(entry.event, 'type')), at: Math.floor(entry.at / 1000), name: value, text },
        ...{ action: `${eventHref(deps, id)}/erase`, cancelHref: eventHref(deps, id) },
        typed: { name: value, value: confirm, ...(error === undefined ? {} : { error }) },
      });
    },
    call: ({ value = '', confirm = '' }, id) => {
      requireTyped(confirm, value);
      return { body: { event: id, value } };
    },
    done: (ctx, { id }) => seeOther(ctx, `${eventHref(deps, id)}?done=valueErased`),
  });
};
