/** Input of the registry of factors. */
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { PasskeyFactor, TotpFactor } from './factor.ts';

/**
 * A factor that was just proven, without the members that the registry sets. For an app, `secret` is base 32 and not
 * sealed yet, and `lastStep` is the step of the code that proved it.
 */
export type NewFactor = { readonly name: string } & (
  | Pick<TotpFactor, 'kind' | 'secret' | 'lastStep'>
  | Pick<PasskeyFactor, 'kind' | 'credential' | 'publicKey' | 'counter' | 'transports' | 'isSynced'>
);

/** A user who changes the factors of their own account, and how they signed in. */
export type Changing = { readonly account: string; readonly assurance: Assurance; readonly by: By };

/** The name of a factor. Throws 'invalid_field' for a name that cannot be shown. */
export const factorName = (typed: string): string => checkText(typed.trim().normalize('NFC'), '/name', 60);
