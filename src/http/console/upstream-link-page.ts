/** An account is linked by hand to a person of a sign-in provider, with a second factor of the last minutes. */
import { upstreamLinkPage } from '../../../views/pages/console-upstream-link.ts';
import { seeOther } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import { personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';

/** Providers that the form offers. */
const MOST = 200;

/** Adds `/console/people/:id/link`. Call it before the page of one person is added. */
export const addUpstreamLinkPage = (parts: PageParts): void => {
  const { deps, calls } = parts;
  const hrefOf = (id: string): string => `${personHref(deps, id)}/link`;

  addAskedCall(parts, {
    ...{ path: '/console/people/:id/link', operation: 'createUpstreamLink', hrefOf },
    fields: { subject: 'subject', upstream: 'upstream' },
    async page({ viewer: { account, by }, frame }, id, typed) {
      const { body: person } = await calls.run('getAccount', account, by, { id });
      const { body } = await calls.run('listUpstreams', account, by, { query: { limit: MOST } });
      return upstreamLinkPage(frame, {
        ...{ name: person.name, username: person.username, action: hrefOf(id), cancelHref: personHref(deps, id) },
        providers: (body?.items ?? []).filter(({ state }) => state === 'active'),
        providersHref: `${deps.basePath}/console/sign-in`,
        ...typed,
      });
    },
    call: ({ subject = '', upstream = '' }, id) => ({ body: { upstream, subject, account: id } }),
    done: (ctx, { id }) => seeOther(ctx, `${personHref(deps, id)}?done=identityLinked`),
  });
};
