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
  /** How the person proves that it is them: by the session, a second factor or a password; `no_factor` where they cannot. */
  kindOf(approval: Asking, session: PageSession): Promise<Kind>;

  /**
   * How the person proves it, and what the page needs for that. Of two pages that show a passkey for one approval only the
   * later one works.
   */
  askFor(approval: Asking, session: PageSession): Promise<Ask>;

  /**
   * What the person proved for this approval, now. Throws 'unauthenticated' for a wrong code, passkey or password, and
   * 'too_many_requests' beyond a limit; both are in the audit log by then. Throws 'invalid_field' for no proof, and
   * 'insufficient_user_authentication' where it takes a factor that the person does not have.
   */
  prove(ctx: Context, approval: Asking, session: PageSession, form: URLSearchParams): Promise<Assurance>;
}

/**
 * What a person has to prove before they approve, and what they proved. Where a separate proof is required, the password alone
 * is not enough for a person who has a second factor. A passkey signs a challenge of this very approval (AP-14) and requires
 * user verification: a person at an unattended machine, or a program that drives it, can touch a key that was left there
 * (AP-19).
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
            // The proof applies from now on, and to this approval alone: the session stays as old as it is.
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
