import { chosenName } from '../../../views/agent-text.ts';
import type { Html } from '../../../views/html.ts';
import { type UpstreamRow, upstreamPage, upstreamsPage } from '../../../views/pages/console-upstreams.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import type { ObjectAction } from '../../../views/partials/object-page.ts';
import type { TypedConfirmation } from '../../../views/partials/typed-confirmation.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { upstreamsWords as words } from '../../../views/words/console-upstreams.ts';
import { registerWords } from '../../../views/words/registries.ts';
import { upstreamAddresses } from '../../domain/identity/upstream/upstream-addresses.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import type { AnswerOf } from './console-calls.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { listed } from './list-page.ts';
import { addObjectActions } from './object-actions.ts';
import { addObjectForms } from './object-forms.ts';
import { addObjectRemoval } from './object-removal.ts';
import { upstreamForms } from './upstream-forms.ts';

/** A provider as the management API shows it. */
type ShownUpstream = AnswerOf<'getUpstream'>;

const PATH = '/console/sign-in';

/** Adds the pages about providers at which people sign in: the list, one provider, its forms, and what is done with one. */
export const addUpstreamPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const asked = { operation: 'listUpstreams', path: home } as const;
    const { items, pages } = await listed(deps, calls, viewer, asked, queryOf(ctx).get('after'));
    const newHref = calls.may('createUpstream', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(home, one));
    const list = { action: home, asked: { search: '', state: '' }, rows, pages, ...newHref };
    sendPage(ctx, 200, upstreamsPage({ ...frame, ...list, isPasswordOn: deps.isPasswordOn }));
  });

  const jwksUri = `${deps.issuer}/jwks`;
  const { redirectUri } = upstreamAddresses(deps.issuer);
  addObjectForms(parts, upstreamForms(PATH, home, { redirectUri, jwksUri }));

  const upstreamOf = async ({ account, by }: Viewer, id: string): Promise<ShownUpstream> =>
    (await calls.run('getUpstream', account, by, { id })).body;

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const upstream = await upstreamOf(viewer, id);
    const row = rowOf(home, upstream);
    sendPage(
      ctx,
      200,
      upstreamPage({
        ...{ ...frame, listHref: home, actions: actionsOn(parts, viewer, row) },
        upstream: { ...row, ...factsOf(upstream) },
        addresses: {
          redirectUri: upstream.redirect_uri,
          logoutUri: upstream.post_logout_redirect_uri,
          backchannelUri: upstream.backchannel_logout_uri,
          jwksUri,
        },
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });

  addObjectRemoval(parts, { ...{ path: PATH, operation: 'removeUpstream' }, read: upstreamOf, asking: removalPage });
  addObjectActions(parts, {
    ...{ path: PATH, place: 'sign-in', nameOf: async (viewer, id) => (await upstreamOf(viewer, id)).name },
    actions: {
      disable: {
        operation: 'disableUpstream',
        done: 'off',
        asks: {
          ...{ title: words.disableTitle, question: words.disableAsked },
          ...{ lead: words.disableLead, button: registerWords.disable },
        },
      },
      enable: { operation: 'enableUpstream', done: 'on' },
    },
  });
};

const actionsOn = (
  { calls }: PageParts,
  { account }: Viewer,
  { state, href }: UpstreamRow,
): readonly ObjectAction[] => [
  ...(calls.may('updateUpstream', account) ? [{ text: fieldWords.change, href: `${href}/edit` } as const] : []),
  ...(state === 'disabled' && calls.may('enableUpstream', account)
    ? [{ text: registerWords.enable, action: `${href}/enable`, kind: 'primary' } as const]
    : []),
  ...(state === 'active' && calls.may('disableUpstream', account)
    ? [{ text: registerWords.disable, href: `${href}/disable`, kind: 'danger' } as const]
    : []),
  ...(calls.may('removeUpstream', account)
    ? [{ text: words.remove, href: `${href}/delete`, kind: 'danger', inMenu: true } as const]
    : []),
];

/** The page that asks for the name before a provider and its links are deleted. */
const removalPage = (frame: ConsoleFrame, href: string, typed: TypedConfirmation): Html => {
  const asked = { title: words.remove, question: words.removeAsked(chosenName(typed.name, 100)), typed };
  const form = { lead: words.removeLead, button: words.remove, action: `${href}/delete`, cancelHref: href };
  return confirmPage(frame, { place: 'sign-in', ...asked, ...form });
};

const factsOf = (upstream: ShownUpstream) => ({
  clientId: upstream.client_id,
  method: upstream.authentication,
  scopes: upstream.scopes,
  groups: upstream.groups,
  factors: [...(upstream.multi_factor.acr ?? []), ...(upstream.multi_factor.amr ?? [])],
  signOut: upstream.sign_out,
  createdAt: upstream.created_at,
  updatedAt: upstream.updated_at,
});

const rowOf = (home: string, { id, name, issuer, domains, button, create, state }: ShownUpstream): UpstreamRow => ({
  ...{ id, href: `${home}/${id}`, name, issuer, domains, button, create, state },
});
