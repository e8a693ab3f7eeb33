import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { secondFactorPage } from '../../../views/pages/second-factor.ts';
import { secondFactorWords } from '../../../views/words/second-factor.ts';
import type { Interaction } from '../../domain/ports/interactions.ts';
import type { Assurance } from '../../domain/vocabulary/assurance.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { DeviceCookie } from './device-cookie.ts';
import type { GuardedForms } from './guarded-forms.ts';
import { exchangeOf, requestOf, seeOther, sendPage, setRetryAfter, statusOf } from './page-answers.ts';
import { namesOf, type PeopleDeps } from './people-deps.ts';

/** The account whose second factor an interaction waits for, and the assurance proved before. */
type Step = { readonly account: string; readonly assurance: Assurance; readonly isStepUp: boolean };

/** What the routes share with the rest of `/interaction/:uid`. */
type Shared = {
  readonly forms: GuardedForms;
  readonly devices: DeviceCookie;
  interactionOf(ctx: RouterContext): Promise<Interaction>;
  pathOf(uid: string): string;
  targetsOf(interaction: Interaction): readonly string[];
  /** Runs between the proof and the session. */
  beforeSession(ctx: Context, uid: string, account: string): Promise<void>;
};

export interface SecondFactorSteps {
  /** Stores that the password was right, and redirects to the page of the factor. */
  begin(ctx: Context, uid: string, account: string, assurance: Assurance): Promise<void>;

  /** Shows the page if the interaction is at that step. Returns whether it is. */
  showIfDue(ctx: Context, interaction: Interaction): Promise<boolean>;

  /** Adds the pages of the second factor to the router of interactions. */
  addRoutes(router: Router): void;
}

/**
 * The page for the second factor: after the password, or alone for a signed-in user who lacks only the factor (RFC 9470). It
 * has its own path, so that a password form in another tab keeps its meaning.
 */
export const secondFactorSteps = (deps: PeopleDeps, shared: Shared): SecondFactorSteps => {
  const { basePath, browserSessions, interactions, secondFactor, factors, passkeys } = deps;
  const { forms, devices, interactionOf, pathOf, targetsOf } = shared;

  const stepOf = async (
    ctx: Context,
    { uid, prompt, account, lacksFactor }: Interaction,
  ): Promise<Step | undefined> => {
    if (prompt !== 'login') return undefined;
    const waiting = await secondFactor.waiting(uid);
    if (waiting) return { ...waiting, isStepUp: false };
    if (!lacksFactor) return undefined;
    const session = await browserSessions.current(exchangeOf(ctx));
    if (session === undefined || session.account !== account || !(await factors.isAsked(account))) return undefined;
    return { account, assurance: session.assurance, isStepUp: true };
  };

  const bindingOf = ({ uid }: Interaction, { account }: Step): FormBinding => ['interaction', uid, 'factor', account];

  const show = async (
    ctx: Context,
    interaction: Interaction,
    step: Step,
    status = 200,
    error?: Phrase,
  ): Promise<void> => {
    const { uid, clientId, userCode } = interaction;
    const action = pathOf(uid);
    const passkey = await passkeys.offerFactor(step.account, uid);
    const held = await factors.list(step.account);
    const page = secondFactorPage({
      basePath,
      action: `${action}/factor`,
      csrf: forms.token(bindingOf(interaction, step)),
      uid,
      isStepUp: step.isStepUp,
      hasApp: held.some(({ kind }) => kind === 'totp'),
      ...(passkey === undefined ? {} : { passkey }),
      ...(error === undefined ? {} : { error }),
      // A device flow cannot restart with a sign-in.
      ...(step.isStepUp && userCode !== undefined ? {} : { againAction: `${action}/again` }),
      ...((await namesOf(deps, clientId))
        ? { cancel: { action: `${action}/deny`, csrf: denyToken(interaction) } }
        : {}),
    });
    sendPage(ctx, status, page, targetsOf(interaction), passkey === undefined ? undefined : 'scripts');
  };

  const denyToken = ({ uid, prompt }: Interaction): string => forms.token(['interaction', uid, prompt, '']);

  const readForm = async (
    ctx: RouterContext,
  ): Promise<{ interaction: Interaction; step: Step; form: URLSearchParams } | undefined> => {
    const interaction = await interactionOf(ctx);
    const step = await stepOf(ctx, interaction);
    if (step === undefined) return undefined;
    const form = await forms.read(ctx, bindingOf(interaction, step), step.account, interaction.uid);
    return { interaction, step, form };
  };

  return {
    async begin(ctx: Context, uid: string, account: string, assurance: Assurance): Promise<void> {
      await secondFactor.begin(uid, { account, assurance });
      seeOther(ctx, pathOf(uid));
    },

    async showIfDue(ctx: Context, interaction: Interaction): Promise<boolean> {
      const step = await stepOf(ctx, interaction);
      if (step) await show(ctx, interaction, step);
      return step !== undefined;
    },

    addRoutes(router: Router): void {
      router.post('/interaction/:uid/factor', async (ctx) => {
        const read = await readForm(ctx);
        if (!read) return forms.refuseUnbound(ctx);
        const { interaction, step, form } = read;
        const { uid } = interaction;
        const credential = single(form, 'credential') ?? '';
        const code = single(form, 'code') ?? '';
        if (credential === '' && code.trim() === '')
          return show(ctx, interaction, step, 400, secondFactorWords.enterOne);
        const proof = credential === '' ? { code } : { credential };
        try {
          const attempt = { ...step, uid, proof, device: devices.read(ctx), ...requestOf(ctx) };
          const proven = await secondFactor.prove(attempt);
          devices.write(ctx, proven.device);
          if (!step.isStepUp) await shared.beforeSession(ctx, uid, step.account);
          const next = await interactions.finishSignIn(exchangeOf(ctx), uid, step.account, proven.assurance);
          await secondFactor.forget(uid);
          seeOther(ctx, next);
        } catch (error) {
          if (!isDomainError(error) || !SHOWN.includes(error.code)) throw error;
          setRetryAfter(ctx, error);
          await show(ctx, interaction, step, statusOf(error), refusalPhrase(error));
        }
      });

      router.post('/interaction/:uid/again', async (ctx) => {
        const read = await readForm(ctx);
        if (!read) return forms.refuseUnbound(ctx);
        const { uid } = read.interaction;
        await secondFactor.forget(uid);
        seeOther(ctx, read.step.isStepUp ? await interactions.restart(exchangeOf(ctx), uid) : pathOf(uid));
      });
    },
  };
};

/** Refusals after which the person stays on the form. */
const SHOWN: readonly string[] = ['unauthenticated', 'too_many_requests'];
