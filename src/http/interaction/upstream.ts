import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { plainText } from '../../../views/agent-text.ts';
import type { Phrase } from '../../../views/html.ts';
import { connectPage } from '../../../views/pages/connect.ts';
import { errorPage } from '../../../views/pages/error.ts';
import type { UpstreamChoice } from '../../../views/pages/sign-in.ts';
import { onwardPage } from '../../../views/pages/upstream-redirect.ts';
import { errorWords } from '../../../views/words/error.ts';
import { onwardWords } from '../../../views/words/upstream.ts';
import type { Arrival, UpstreamProof } from '../../domain/identity/upstream/upstream-arrival.ts';
import type { UpstreamProvider } from '../../domain/identity/upstream/upstream-provider.ts';
import type { Interaction } from '../../domain/ports/interactions.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { DeviceCookie } from './device-cookie.ts';
import type { GuardedForms } from './guarded-forms.ts';
import {
  byOf,
  exchangeOf,
  queryOf,
  recordRefusal,
  requestOf,
  seeOther,
  sendOnward,
  sendPage,
  setRetryAfter,
  statusOf,
} from './page-answers.ts';
import { pageRefusal } from './page-refusals.ts';
import type { PeopleDeps } from './people-deps.ts';
import type { SecondFactorSteps } from './second-factor.ts';
import { upstreamBrowser } from './upstream-browser.ts';

/** What the routes share with the rest of `/interaction/:uid`. */
type Shared = {
  readonly forms: GuardedForms;
  readonly devices: DeviceCookie;
  readonly factorSteps: SecondFactorSteps;
  interactionOf(ctx: RouterContext): Promise<Interaction>;
  bindingOf(interaction: Interaction): FormBinding;
  pathOf(uid: string): string;
  targetsOf(interaction: Interaction): readonly string[];
  /** Shows the sign-in page with the error. */
  showSignIn(ctx: Context, interaction: Interaction, status: number, again: { readonly error: Phrase }): Promise<void>;
};

/** Refusals after which the person stays on the form. All others end on a page of their own. */
const SHOWN: readonly string[] = ['unauthenticated', 'too_many_requests', 'unavailable', 'conflict'];

/**
 * Sign-in at another provider: the redirect from the sign-in page, the return to `/upstream/callback`, and the page on which
 * a user without an account link proves an account. A page without a form redirects between these. The `form-action` of an
 * earlier page, ours or the provider's, therefore does not apply to the final target.
 */
export const upstreamSteps = (deps: PeopleDeps, shared: Shared) => {
  const { basePath, interactions, browserSessions, passkeys, upstream } = deps;
  const { forms, devices, factorSteps, interactionOf, bindingOf, pathOf, targetsOf } = shared;
  const browsers = upstreamBrowser(deps);

  const formOf = (ctx: Context, interaction: Interaction): Promise<URLSearchParams> =>
    forms.read(ctx, bindingOf(interaction), interaction.account, interaction.uid);

  const leave = async (
    ctx: Context,
    interaction: Interaction,
    provider: UpstreamProvider,
    loginHint?: string,
  ): Promise<void> => {
    const { uid, isFresh = false } = interaction;
    const href = await upstream.signIn.begin(provider, {
      purpose: { kind: 'sign_in', uid, isFresh },
      browser: browsers.of(ctx),
      ...(loginHint === undefined ? {} : { loginHint }),
      ...requestOf(ctx),
    });
    sendOnward(ctx, onwardPage({ basePath, kind: 'there', provider: provider.name, href }), href);
  };

  const showConnect = async (
    ctx: Context,
    interaction: Interaction,
    proof: UpstreamProof,
    status = 200,
    again: { readonly username?: string; readonly error?: Phrase } = {},
  ): Promise<void> => {
    const { uid } = interaction;
    const provider = await upstream.providers.standing(proof.upstream);
    if (!provider) throw pageRefusal('page_provider_gone');
    const options = await passkeys.offerSignIn(uid);
    const page = connectPage({
      basePath,
      action: `${pathOf(uid)}/upstream/connect`,
      otherAction: `${pathOf(uid)}/upstream/drop`,
      csrf: forms.token(bindingOf(interaction)),
      uid,
      provider: provider.name,
      label: proof.person.label,
      hasPassword: deps.isPasswordOn,
      ...(options === undefined ? {} : { passkey: { action: `${pathOf(uid)}/passkey`, options } }),
      ...again,
    });
    sendPage(ctx, status, page, targetsOf(interaction), options === undefined ? undefined : 'scripts');
  };

  /** Answers a callback that no sign-in in this browser waits for. Uses nothing up, and only says what to do. */
  const showStray = async (ctx: Context, reason: string): Promise<void> => {
    const error = pageRefusal('upstream_answer_unexpected', { field: reason });
    await recordRefusal(deps, ctx, error);
    const { code } = error;
    const text = refusalPhrase(error);
    const requestId = requestOf(ctx).request;
    const title = errorWords.titles.signInEnded;
    sendPage(ctx, 400, errorPage({ basePath, isUnknownReader: true, title, text, code, requestId }));
  };

  const showFailed = (ctx: Context, { purpose, name, error }: Arrival & { readonly next: 'failed' }): void => {
    setRetryAfter(ctx, error);
    const isHere = purpose.kind === 'sign_in';
    const page = errorPage({
      basePath,
      isUnknownReader: true,
      title: onwardWords.notSignedIn(plainText(name, 60)),
      text: refusalPhrase(error),
      code: error.code,
      requestId: requestOf(ctx).request,
      onwards: isHere
        ? { href: pathOf(purpose.uid), text: onwardWords.backToSignIn }
        : { href: `${basePath}/account/security`, text: onwardWords.backToSecurity },
    });
    sendPage(ctx, statusOf(error), page);
  };

  /** Links the account: the session proves the account here, and the callback proves the person's identity at the provider. */
  const link = async (ctx: Context, arrival: Arrival & { readonly next: 'link' }): Promise<void> => {
    const { purpose, provider } = arrival;
    const session = await browserSessions.current(exchangeOf(ctx));
    const account = session && (await deps.accounts.get(session.account))?.document;
    if (session?.id !== purpose.session || session.account !== purpose.account || account?.state !== 'active') {
      return showStray(ctx, 'upstream_session');
    }
    await upstream.signIn.link(arrival, byOf(ctx, account.id));
    const href = `${basePath}/account/security?done=connected`;
    sendOnward(ctx, onwardPage({ basePath, kind: 'back', provider: provider.name, href }), href);
  };

  return {
    leave,

    /** The providers that the sign-in page offers. */
    async choice(uid: string): Promise<{ readonly upstreams?: UpstreamChoice }> {
      const active = await upstream.providers.active();
      if (active.length === 0) return {};
      const buttons = active.filter(({ button }) => button).map(({ id, name }) => ({ id, name }));
      const hasDomains = active.some(({ domains }) => domains.length > 0);
      return { upstreams: { action: `${pathOf(uid)}/upstream`, buttons, hasDomains } };
    },

    /** Connects an account after its second factor was proved, if the user requested it. */
    async connectIfWaiting(ctx: Context, uid: string, account: string): Promise<void> {
      const proof = await upstream.signIn.connect(uid, account, { ...requestOf(ctx), isWaiting: true });
      if (proof) await upstream.sessions.begin(uid, account, proof);
    },

    async connect(ctx: Context, uid: string, account: string): Promise<void> {
      const proof = await upstream.signIn.connect(uid, account, requestOf(ctx));
      if (proof) await upstream.sessions.begin(uid, account, proof);
    },

    /** Continues an interaction whose browser is back from a provider. Returns whether it is back. */
    async goOnIfBack(ctx: Context, interaction: Interaction): Promise<boolean> {
      const { uid, prompt } = interaction;
      if (prompt !== 'login') return false;
      const proof = await upstream.signIn.proven(uid);
      if (!proof) return false;
      if (proof.account === undefined) {
        await showConnect(ctx, interaction, proof);
        return true;
      }
      try {
        const signedIn = await upstream.signIn.signIn(uid, requestOf(ctx));
        if (!signedIn) return false;
        const { account, assurance } = signedIn;
        await upstream.sessions.begin(uid, account, signedIn);
        if (signedIn.next === 'factor') {
          await factorSteps.begin(ctx, uid, account, assurance);
          return true;
        }
        devices.write(ctx, signedIn.device);
        seeOther(ctx, await interactions.finishSignIn(exchangeOf(ctx), uid, account, assurance));
      } catch (error) {
        if (!isDomainError(error) || error.code !== 'unauthenticated') throw error;
        await shared.showSignIn(ctx, interaction, statusOf(error), { error: refusalPhrase(error) });
      }
      return true;
    },

    addRoutes(router: Router): void {
      router.post('/interaction/:uid/upstream', async (ctx) => {
        const interaction = await interactionOf(ctx);
        if (interaction.prompt !== 'login') return forms.refuseUnbound(ctx);
        const form = await formOf(ctx, interaction);
        const provider = await upstream.providers.standing(single(form, 'upstream') ?? '');
        if (!provider) throw pageRefusal('page_provider_unknown');
        try {
          await leave(ctx, interaction, provider, interaction.loginHint);
        } catch (error) {
          if (!isDomainError(error) || !SHOWN.includes(error.code)) throw error;
          setRetryAfter(ctx, error);
          await shared.showSignIn(ctx, interaction, statusOf(error), { error: refusalPhrase(error) });
        }
      });

      router.post('/interaction/:uid/upstream/connect', async (ctx) => {
        const interaction = await interactionOf(ctx);
        if (interaction.prompt !== 'login') return forms.refuseUnbound(ctx);
        const { uid } = interaction;
        const form = await formOf(ctx, interaction);
        const proof = await upstream.signIn.proven(uid);
        if (!proof || proof.account !== undefined) return seeOther(ctx, pathOf(uid));
        const [username = '', password = ''] = [single(form, 'username'), single(form, 'password')];
        try {
          const signedIn = await deps.signIn.signIn({
            username,
            password,
            device: devices.read(ctx),
            ...requestOf(ctx),
          });
          const { account, assurance } = signedIn;
          if (signedIn.next === 'factor') {
            await upstream.signIn.connectLater(uid, account.id);
            return await factorSteps.begin(ctx, uid, account.id, assurance);
          }
          await this.connect(ctx, uid, account.id);
          devices.write(ctx, signedIn.device);
          seeOther(ctx, await interactions.finishSignIn(exchangeOf(ctx), uid, account.id, assurance));
        } catch (error) {
          if (!isDomainError(error) || !SHOWN.includes(error.code)) throw error;
          setRetryAfter(ctx, error);
          await showConnect(ctx, interaction, proof, statusOf(error), {
            username,
            error: refusalPhrase(error),
          });
        }
      });

      router.post('/interaction/:uid/upstream/drop', async (ctx) => {
        const interaction = await interactionOf(ctx);
        await formOf(ctx, interaction);
        await upstream.signIn.drop(interaction.uid);
        seeOther(ctx, pathOf(interaction.uid));
      });

      router.get('/upstream/callback', async (ctx) => {
        const arrival = await upstream.signIn.arrive({
          query: queryOf(ctx),
          browser: browsers.known(ctx),
          ...requestOf(ctx),
        });
        switch (arrival.next) {
          case 'stray':
            return showStray(ctx, arrival.reason);
          case 'failed':
            return showFailed(ctx, arrival);
          case 'link':
            return link(ctx, arrival);
          case 'sign_in': {
            const href = pathOf(arrival.uid);
            return sendOnward(ctx, onwardPage({ basePath, kind: 'back', provider: arrival.name, href }), href);
          }
        }
      });
    },
  };
};
