import Router, { type RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { type ConsentOrigin, consentPage } from '../../../views/pages/consent.ts';
import { signInPage } from '../../../views/pages/sign-in.ts';
import { consentWords } from '../../../views/words/consent.ts';
import { signInWords } from '../../../views/words/sign-in.ts';
import { type AskedConsent, isNothingAsked } from '../../domain/authority/consent/consent.ts';
import { questionDigest } from '../../domain/authority/consent/question-digest.ts';
import { TYPED_FIELD } from '../../domain/authority/transactions/vouched-intent.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import type { Interaction } from '../../domain/ports/interactions.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { stateOf } from '../request-state.ts';
import { consentModel, ownIntentIn, readConsentForm, readDecision } from './consent-model.ts';
import { deviceCookie } from './device-cookie.ts';
import { guardedForms } from './guarded-forms.ts';
import {
  byOf,
  exchangeOf,
  pages,
  queryOf,
  requestOf,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from './page-answers.ts';
import { pageRefusal } from './page-refusals.ts';
import { namesOf, type PeopleDeps } from './people-deps.ts';
import { siteFacts } from './registrable-domain.ts';
import { secondFactorSteps } from './second-factor.ts';
import { upstreamSteps } from './upstream.ts';

/**
 * Sign-in and consent during an authorization request: `/interaction/:uid` with `/deny`, `/switch`, `/factor`, `/again`,
 * `/passkey` and `/upstream` below it; `/upstream/callback`.
 */
export const interactionRouter = (deps: PeopleDeps): Router => {
  const { basePath, interactions, consents, signIn } = deps;
  const forms = guardedForms(deps);
  const devices = deviceCookie(deps.issuer);
  const router = new Router();

  const pathOf = (uid: string): string => `${basePath}/interaction/${uid}`;
  const targetsOf = ({ redirectUri }: Interaction): readonly string[] =>
    redirectUri === undefined ? [] : [redirectUri];

  const interactionOf = async (ctx: RouterContext): Promise<Interaction> => {
    const { uid = '' } = ctx.params;
    // oidc-provider checks the cookie; this checks the path (V21).
    const interaction = /^[A-Za-z0-9_-]{1,64}$/.test(uid) ? await interactions.get(exchangeOf(ctx), uid) : undefined;
    if (interaction?.uid !== uid) throw pageRefusal('interaction_not_found');
    stateOf(ctx).language = deps.readerLanguage.of(ctx.req, interaction.uiLocales);
    return interaction;
  };

  const bindingOf = ({ uid, prompt, account }: Interaction): FormBinding => [
    'interaction',
    uid,
    prompt,
    prompt === 'consent' ? (account ?? '') : '',
  ];

  const formOf = (ctx: Context, interaction: Interaction): Promise<URLSearchParams> =>
    forms.read(ctx, bindingOf(interaction), interaction.account, interaction.uid);

  const askedOf = (interaction: Interaction): AskedConsent => {
    if (interaction.account === undefined) throw pageRefusal('interaction_without_account');
    return { ...interaction, account: interaction.account };
  };

  const showSignIn = async (
    ctx: Context,
    interaction: Interaction,
    status = 200,
    again: { readonly username?: string; readonly error?: Phrase } = {},
  ): Promise<void> => {
    const { uid, clientId, redirectUri, loginHint } = interaction;
    const asking = await namesOf(deps, clientId);
    const username = again.username ?? loginHint;
    const options = await deps.passkeys.offerSignIn(uid);
    const page = signInPage({
      basePath,
      action: pathOf(uid),
      csrf: forms.token(bindingOf(interaction)),
      uid,
      hasPassword: deps.isPasswordOn,
      ...(await upstreams.choice(uid)),
      ...(username === undefined ? {} : { username: username.slice(0, 128) }),
      ...(again.error === undefined ? {} : { error: again.error }),
      ...(options === undefined ? {} : { passkey: { action: `${pathOf(uid)}/passkey`, options } }),
      ...(deps.resets ? { resetHref: `${basePath}/account/reset` } : {}),
      // Our own account pages are no registered client: the page then names no client.
      ...(asking
        ? {
            client: { ...asking, ...hostOf(isDocumentId(clientId) ? clientId : redirectUri) },
            cancelAction: `${pathOf(uid)}/deny`,
          }
        : {}),
    });
    sendPage(ctx, status, page, targetsOf(interaction), options === undefined ? undefined : 'scripts');
  };

  const showConsent = async (
    ctx: Context,
    interaction: Interaction,
    status = 200,
    error?: Phrase,
    form?: URLSearchParams,
  ): Promise<void> => {
    const { uid, userCode, redirectUri } = interaction;
    const question = await consents.question(askedOf(interaction));
    const { language } = question.account;
    stateOf(ctx).language = deps.readerLanguage.of(ctx.req, interaction.uiLocales, language);
    const model = await consentModel(deps, question, {
      frame: { basePath },
      action: `${pathOf(uid)}?seen=${questionDigest(question)}`,
      csrf: forms.token(bindingOf(interaction)),
      uid,
      ...(userCode === undefined
        ? { origin: originOf(redirectUri ?? ''), switchAction: `${pathOf(uid)}/switch` }
        : { origin: { kind: 'device', userCode } }),
      ...(error === undefined ? {} : { error }),
      ...(form ? ownIntentIn(form) : {}),
      ...(interaction.isDefaultScope ? { isDefaultScope: true } : {}),
    });
    sendPage(ctx, status, consentPage(model), targetsOf(interaction));
  };

  const tryToSignIn = async (ctx: Context, interaction: Interaction, form: URLSearchParams): Promise<void> => {
    const username = single(form, 'username') ?? '';
    const password = single(form, 'password') ?? '';
    // By the domain alone, so that the response does not reveal whether the account exists (LG-01).
    const provider = await deps.upstream.providers.ofUsername(username);
    if (provider === undefined && (username === '' || password === '')) {
      const error = deps.isPasswordOn ? signInWords.enterBoth : signInWords.chooseHow;
      return showSignIn(ctx, interaction, 400, { username, error });
    }
    try {
      if (provider) return await upstreams.leave(ctx, interaction, provider, username.trim());
      const signedIn = await signIn.signIn({ username, password, device: devices.read(ctx), ...requestOf(ctx) });
      const { account, assurance } = signedIn;
      if (signedIn.next === 'factor') return await steps.begin(ctx, interaction.uid, account.id, assurance);
      devices.write(ctx, signedIn.device);
      seeOther(ctx, await interactions.finishSignIn(exchangeOf(ctx), interaction.uid, account.id, assurance));
    } catch (error) {
      if (!isDomainError(error) || !SHOWN_ON_SIGN_IN.includes(error.code)) throw error;
      setRetryAfter(ctx, error);
      await showSignIn(ctx, interaction, statusOf(error), { username, error: refusalPhrase(error) });
    }
  };

  /** Signs in with a passkey alone, which identifies its account. */
  const tryPasskey = async (ctx: Context, interaction: Interaction, form: URLSearchParams): Promise<void> => {
    const { uid } = interaction;
    const credential = single(form, 'credential') ?? '';
    try {
      const signedIn = await deps.secondFactor.signInWithPasskey({ uid, credential, ...requestOf(ctx) });
      if (single(form, 'connect') === 'yes') await upstreams.connect(ctx, uid, signedIn.account);
      devices.write(ctx, signedIn.device);
      seeOther(ctx, await interactions.finishSignIn(exchangeOf(ctx), uid, signedIn.account, signedIn.assurance));
    } catch (error) {
      if (!isDomainError(error) || !SHOWN_ON_SIGN_IN.includes(error.code)) throw error;
      setRetryAfter(ctx, error);
      await showSignIn(ctx, interaction, statusOf(error), { error: refusalPhrase(error) });
    }
  };

  const deny = async (ctx: Context, interaction: Interaction): Promise<void> => {
    if (interaction.prompt !== 'consent') return;
    const asked = askedOf(interaction);
    try {
      await consents.deny(asked, byOf(ctx, asked.account));
    } catch (error) {
      // The person can still deny a request that cannot be approved any more.
      if (!isDomainError(error) || error.code !== 'access_denied') throw error;
    }
  };

  const refuse = async (ctx: Context, interaction: Interaction): Promise<void> => {
    const description = 'The person denied the request.';
    const answer = await interactions.refuse(exchangeOf(ctx), interaction.uid, 'access_denied', description, () =>
      deny(ctx, interaction),
    );
    seeOther(ctx, answer);
  };

  /** Ends without an answer of the person: there was nothing to allow, or the request can no longer be decided. */
  const endUnanswered = async (
    ctx: Context,
    { uid }: Interaction,
    error: 'access_denied' | 'invalid_scope',
    text: string,
  ): Promise<void> => seeOther(ctx, await interactions.refuse(exchangeOf(ctx), uid, error, text));

  const goBack = async (ctx: Context, interaction: Interaction): Promise<void> => {
    if (!isNothingAsked(await consents.question(askedOf(interaction)))) return showConsent(ctx, interaction, 409);
    const text = 'nothing of what was asked for can be given to this client; an operator can say what it may ask for';
    await endUnanswered(ctx, interaction, 'invalid_scope', text);
  };

  const decide = async (ctx: Context, interaction: Interaction, form: URLSearchParams): Promise<void> => {
    const decision = readDecision(form);
    if (decision === 'deny') return refuse(ctx, interaction);
    if (decision === 'back') return goBack(ctx, interaction);
    const asked = askedOf(interaction);
    const seen = single(queryOf(ctx), 'seen') ?? '';
    try {
      const answer = readConsentForm(form);
      const next = await interactions.finishConsent(exchangeOf(ctx), interaction.uid, () =>
        consents.allow(asked, seen, answer, byOf(ctx, asked.account)),
      );
      seeOther(ctx, next);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      if (error.code === 'precondition_failed') return showConsent(ctx, interaction, 409, refusalPhrase(error), form);
      if (error.code === 'invalid_field' && error.field === TYPED_FIELD)
        return showConsent(ctx, interaction, 400, refusalPhrase(error), form);
      if (error.code !== 'access_denied') throw error;
      if (error.field === 'decision') return showConsent(ctx, interaction, 400, consentWords.nothingTicked, form);
      return endUnanswered(ctx, interaction, 'access_denied', error.message);
    }
  };

  const steps = secondFactorSteps(deps, {
    ...{ forms, devices, interactionOf, pathOf, targetsOf },
    beforeSession: (ctx, uid, account) => upstreams.connectIfWaiting(ctx, uid, account),
  });
  const upstreams = upstreamSteps(deps, {
    ...{ forms, devices, interactionOf, bindingOf, pathOf, targetsOf, showSignIn },
    factorSteps: steps,
  });

  router.use(pages(deps));

  router.get('/interaction/:uid', async (ctx) => {
    const interaction = await interactionOf(ctx);
    if (await steps.showIfDue(ctx, interaction)) return;
    if (await upstreams.goOnIfBack(ctx, interaction)) return;
    await (interaction.prompt === 'login' ? showSignIn(ctx, interaction) : showConsent(ctx, interaction));
  });

  router.post('/interaction/:uid', async (ctx) => {
    const interaction = await interactionOf(ctx);
    const form = await formOf(ctx, interaction);
    await (interaction.prompt === 'login' ? tryToSignIn(ctx, interaction, form) : decide(ctx, interaction, form));
  });

  router.post('/interaction/:uid/passkey', async (ctx) => {
    const interaction = await interactionOf(ctx);
    if (interaction.prompt !== 'login') return forms.refuseUnbound(ctx);
    await tryPasskey(ctx, interaction, await formOf(ctx, interaction));
  });

  router.post('/interaction/:uid/deny', async (ctx) => {
    const interaction = await interactionOf(ctx);
    await formOf(ctx, interaction);
    await refuse(ctx, interaction);
  });

  router.post('/interaction/:uid/switch', async (ctx) => {
    const interaction = await interactionOf(ctx);
    await formOf(ctx, interaction);
    seeOther(ctx, await interactions.restart(exchangeOf(ctx), interaction.uid));
  });

  steps.addRoutes(router);
  upstreams.addRoutes(router);
  return router;
};

/** Refusals after which the person stays on the form. All others end on a page of their own. */
const SHOWN_ON_SIGN_IN: readonly string[] = ['unauthenticated', 'too_many_requests', 'unavailable'];

const originOf = (redirectUri: string): ConsentOrigin => {
  if (!/^https?:/.test(redirectUri)) return { kind: 'redirect', redirectUri };
  const { host: _, ...facts } = siteFacts(redirectUri);
  return { kind: 'redirect', redirectUri, ...facts };
};

const hostOf = (redirectUri: string | undefined): { readonly host?: string } => {
  const host = redirectUri !== undefined && URL.canParse(redirectUri) ? new URL(redirectUri).host : '';
  return host === '' ? {} : { host };
};
