/** Pages that ask before one call: which refusals they show, and which the page of refusals shows. */
import { expect, test } from '@jest/globals';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { type AskedCall, addAskedCall } from '../../../src/http/console/asked-calls.ts';
import type { PageParts } from '../../../src/http/console/console-forms.ts';
import { html } from '../../../views/html.ts';

/** Sends the form of a page whose call is refused. Answers what the handler throws, and how often the page was drawn. */
const sent = async (error: DomainError, more: Pick<AskedCall, 'fields' | 'hidden'>) => {
  const drawn: unknown[] = [];
  let handler: ((ctx: object) => Promise<void>) | undefined;
  const viewer = { account: { id: 'acc_1' }, by: { caller: 'acc_1' } };
  const parts = {
    router: {
      post: (_: string, handle: typeof handler) => {
        handler = handle;
      },
    },
    page: () => undefined,
    deps: { audit: { append: async () => undefined } },
    calls: {
      access: () => 'all',
      run: async () => {
        throw error;
      },
    },
    sessions: { withForm: async () => ({ form: new URLSearchParams() }) },
    openedAs: () => ({ viewer, frame: {} }),
  } as unknown as PageParts;
  addAskedCall(parts, {
    ...{ path: '/console/absences/:id/end', operation: 'endAbsence', hrefOf: () => '/console' },
    page: async (_, __, typed) => {
      drawn.push(typed.errors);
      return html``;
    },
    call: () => ({}),
    done: () => undefined,
    ...more,
  });
  const thrown = await handler?.({ params: { id: 'abs_1' } }).catch((found: unknown) => found);
  return { thrown, drawn };
};

test('a refusal for which the page has no place goes to the page of refusals, and is not passed over', async () => {
  const conflict = new DomainError('conflict', 'This absence is over.');
  expect(await sent(conflict, { fields: {} })).toEqual({ thrown: conflict, drawn: [] });
  expect(await sent(conflict, { fields: { peer: 'peer' }, hidden: ['peer'] })).toEqual({ thrown: conflict, drawn: [] });
  const malformed = new DomainError('invalid_field', 'There is no such value.', { field: '/value' });
  const fields = { confirm: 'confirm', value: 'value' };
  expect(await sent(malformed, { fields, hidden: ['value'] })).toEqual({ thrown: malformed, drawn: [] });
});
