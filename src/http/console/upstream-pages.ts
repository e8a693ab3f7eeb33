import { upstreamsPage } from '../../../views/pages/console-upstreams.ts';
import { upstreamAddresses } from '../../domain/identity/upstream/upstream-addresses.ts';
import { byOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';
import { stepUp } from './step-up.ts';

const MOST = 200;

/** Adds the page of the providers at which people sign in, each with a switch. */
export const addUpstreamPages = ({ router, page, deps, calls, sessions }: PageParts): void => {
  const home = `${deps.basePath}/console/sign-in`;
  const withFactor = stepUp(deps);

  page('/console/sign-in', async (ctx, { viewer, frame }) => {
    const { account, by } = viewer;
    const { body } = await calls.run('listUpstreams', account, by, { query: { limit: MOST } });
    const maySwitch = calls.may('disableUpstream', account);
    const model = {
      ...frame,
      redirectUri: upstreamAddresses(deps.issuer).redirectUri,
      isPasswordOn: deps.isPasswordOn,
      upstreams: (body?.items ?? []).map(({ state, created_at: createdAt, ...one }) => ({
        ...one,
        isOn: state === 'active',
        createdAt,
        ...(maySwitch ? { switchAction: `${home}/${one.id}/${state === 'active' ? 'off' : 'on'}` } : {}),
      })),
    };
    sendPage(ctx, 200, upstreamsPage(model));
  });

  for (const [name, operation, done] of [
    ['off', 'disableUpstream', 'off'],
    ['on', 'enableUpstream', 'on'],
  ] as const) {
    router.post(`/console/sign-in/:id/${name}`, async (ctx) => {
      const { account } = await sessions.withForm(ctx);
      const { id = '' } = ctx.params;
      const call = () => calls.run(operation, account, byOf(ctx, account.id), { id });
      if (await withFactor(ctx, account.id, home, call)) seeOther(ctx, `${home}?done=${done}`);
    });
  }
};
