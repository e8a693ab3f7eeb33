import type { Context } from 'koa';
import type { Ask } from '../../../../views/pages/approval-model.ts';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { type Assurance, SINGLE_FACTOR, satisfiesAcr } from '../../../domain/vocabulary/assurance.ts';
import type { DeviceCookie } from '../../interaction/device-cookie.ts';
import { requestOf } from '../../interaction/page-answers.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';
import { single } from '../../middleware/form-body.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';
import type { PageSession } from '../sessions.ts';

type Kind = Ask['kind'];
type Asking = Pick<Approval, 'id' | 'requires'>;

export interface ApprovalProofs {
  /** How the person proves their identity: by the session, a second factor or a password; `no_factor` if they cannot. */
  kindOf(approval: Asking, session: PageSession): Promise<Kind>;

  /**
   * The proof that the page asks for, and what it needs for it. If two pages show a passkey for one approval, only the later
   * one works.
   */
  askFor(approval: Asking, session: PageSession): Promise<Ask>;

  /**
   * Verifies the person's proof for this approval. Throws 'unauthenticated' for a wrong code, passkey or password, and
   * 'too_many_requests' beyond a limit, after recording either in the audit log. Throws 'invalid_field' without a proof, and
   * 'insufficient_user_authentication' when the person lacks the required factor.
   */
  prove(ctx: Context, approval: Asking, session: PageSession, form: URLSearchParams): Promise<Assurance>;
}

/**
 * Determines and verifies what a person has to prove before they approve. When a separate proof is required, the password
 * alone is not enough for a person with a second factor. A passkey signs a challenge for this approval only (AP-14) and
 * requires user verification. Otherwise a person at an unattended machine, or a program that drives it, could touch a key
 * that was left there (AP-19).
 */
export const approvalProofs = (deps: PeopleDeps, devices: DeviceCookie): ApprovalProofs => {
  const { factors, passkeys, secondFactor, signIn, approvals, isPasswordOn } = deps;

  const kindOf = async ({ requires }: Asking, { account, assurance }: PageSession): Promise<Kind> => {
    const isStrong = requires.acr === undefined || satisfiesAcr(assurance.acr, requires.acr);
    if (isStrong && !requires.isProvenAnew) return 'session';
    if (await factors.isAsked(account.id)) return 'factor';
    const hasPassword = isPasswordOn && account.passwordHash !== undefined;
    return requires.acr === undefined && hasPassword ? 'password' : 'no_factor';
  };

  return {
    kindOf,

    async askFor(approval: Asking, session: PageSession): Promise<Ask> {
      const kind = await kindOf(approval, session);
      if (kind !== 'factor') return { kind };
      const { id } = session.account;
      const passkey = await passkeys.offerFactor(id, approval.id, approval.requires.isProvenAnew);
      const hasApp = (await factors.list(id)).some((one) => one.kind === 'totp');
      return { kind, hasApp, ...(passkey === undefined ? {} : { passkey }) };
    },

    async prove(ctx: Context, approval: Asking, session: PageSession, form: URLSearchParams): Promise<Assurance> {
      const { account, assurance } = session;
      const kind = await kindOf(approval, session);
      const attempt = { account: account.id, ...requestOf(ctx) };
      const authTime = approvals.clock.now();
      switch (kind) {
        case 'session':
          return assurance;
        case 'no_factor':
          throw accountPageRefusal('approval_without_factor');
        case 'password': {
          const password = single(form, 'password') ?? '';
          if (password === '') throw accountPageRefusal('password_missing', { field: '/password' });
          await signIn.confirmPassword({ ...attempt, password });
          return { acr: SINGLE_FACTOR, amr: ['pwd'], authTime };
        }
        case 'factor': {
          const credential = single(form, 'credential') ?? '';
          const code = single(form, 'code') ?? '';
          if (credential === '' && code.trim() === '') throw accountPageRefusal('proof_missing', { field: '/code' });
          const proven = await secondFactor.prove({
            ...attempt,
            // The proof applies from now on to this approval alone. It does not renew the session.
            assurance: { ...assurance, authTime },
            isStepUp: true,
            uid: approval.id,
            proof: credential === '' ? { code } : { credential },
            mustVerify: approval.requires.isProvenAnew,
            device: devices.read(ctx),
          });
          devices.write(ctx, proven.device);
          return proven.assurance;
        }
      }
    },
  };
};
