/**
 * Guards forms that oidc-provider processes itself, on the device and sign-out pages: one of our pages must have sent them
 * (RFC 9700 §4.7, WB-02). Also sets the policy of pages that oidc-provider writes itself, such as that of
 * `response_mode=form_post`: it says where the form leads (WB-01).
 */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderPages } from '../seam/pages.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import { factsOf } from '../seam/request-facts.ts';

const FORMS: readonly string[] = ['/device', '/session/end/confirm'];

export const providerForms = (
  provider: Provider,
  { pages, refusals }: { readonly pages: ProviderPages; readonly refusals: RefusalCounter },
): void => {
  provider.use(async (ctx, next) => {
    const isForm = ctx.method === 'POST' && FORMS.includes(ctx.path.replace(/\/$/, '').toLowerCase());
    if (isForm && !pages.isFromOurPages(ctx.req)) {
      const { source, id } = factsOf(ctx.req);
      await refusals.note(source, 'cross_site_form', id);
      ctx.status = 403;
      const error_description = 'This form did not come from a page of this server. Open the page again.';
      await pages.error(ctx, { error: 'forbidden', error_description }, new Error('cross-site form'));
      return;
    }
    await next();
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    if (oidc === undefined || typeof ctx.body !== 'string' || !ctx.response.is('html')) return;
    const redirectUri = oidc.params?.['redirect_uri'];
    const leads = oidc.params?.['response_mode'] === 'form_post' && typeof redirectUri === 'string';
    pages.limitForms(ctx, leads ? redirectUri : undefined);
  });
};
