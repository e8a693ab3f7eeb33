import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { PasskeyFactor } from './factor.ts';

/** The relying party of passkeys: from the configuration, never from a request (invariant 7). */
export type RelyingParty = { readonly id: string; readonly name: string; readonly origin: string };

/** EdDSA, ES256, RS256 (COSE): the algorithms that are offered and accepted. */
const ALGORITHMS = [-8, -7, -257];

/**
 * Loaded at the first passkey. The library and what it imports are one in eight of the modules of a server, and a start would
 * load them for every server and every command.
 */
const library = () => import('@simplewebauthn/server');

/** A longer form value is no credential. */
const LONGEST = 12_000;
/** The longest challenge that this server creates. */
const LONGEST_CHALLENGE = 100;

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

/**
 * The relying party of an issuer. Undefined where a browser would refuse passkeys: WebAuthn needs a domain and a secure
 * context. That excludes IP addresses, and plain http except on localhost (WebAuthn §5.1.3).
 */
export const relyingParty = (issuer: string): RelyingParty | undefined => {
  const { hostname, origin, protocol } = new URL(issuer);
  const isAddress = hostname.startsWith('[') || /^[0-9.]+$/.test(hostname);
  const isSecure = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
  return isAddress || !isSecure ? undefined : { id: hostname, name: 'Behalf', origin };
};

/** Options with which a browser creates a new passkey, as JSON. `challenge` is base64url. */
export const creationOptions = async (
  party: RelyingParty,
  account: { readonly id: string; readonly username: string; readonly name: string },
  challenge: string,
  existing: readonly PasskeyFactor[],
): Promise<string> => {
  const { generateRegistrationOptions } = await library();
  return JSON.stringify(
    await generateRegistrationOptions({
      rpName: party.name,
      rpID: party.id,
      userID: new Uint8Array(Buffer.from(account.id)),
      userName: account.username,
      userDisplayName: account.name,
      challenge: bytes(challenge),
      attestationType: 'none',
      excludeCredentials: existing.map(({ credential }) => ({ id: credential })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
};

/**
 * The options for a signature with a passkey: one of `allowed`. If that is undefined: any passkey for this server that
 * the browser finds.
 */
export const requestOptions = async (
  party: RelyingParty,
  challenge: string,
  { allowed, mustVerify }: { readonly allowed?: readonly PasskeyFactor[]; readonly mustVerify: boolean },
): Promise<string> => {
  const { generateAuthenticationOptions } = await library();
  return JSON.stringify(
    await generateAuthenticationOptions({
      rpID: party.id,
      challenge: bytes(challenge),
      userVerification: mustVerify ? 'required' : 'preferred',
      ...(allowed === undefined
        ? {}
        : {
            allowCredentials: allowed.map(({ credential, transports }) => ({
              id: credential,
              transports: [...transports],
            })),
          }),
    }),
  );
};

const parsed = (credential: string): unknown => {
  if (credential.length > LONGEST) return undefined;
  try {
    return JSON.parse(credential);
  } catch {
    return undefined;
  }
};

/** The passkey that a browser created. Undefined where the response does not match the request. */
export const madePasskey = async (
  party: RelyingParty,
  challenge: string,
  credential: string,
): Promise<
  Pick<PasskeyFactor, 'kind' | 'credential' | 'publicKey' | 'counter' | 'transports' | 'isSynced'> | undefined
> => {
  const { verifyRegistrationResponse } = await library();
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: parsed(credential) as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return undefined;
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    return {
      kind: 'passkey',
      credential: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      transports: transports.filter((one) => /^[a-z-]{1,20}$/.test(one)).slice(0, 8),
      isSynced: registrationInfo.credentialDeviceType === 'multiDevice',
    };
  } catch {
    // The library throws for every mismatch. Its messages describe unauthenticated input.
    return undefined;
  }
};

export type Assertion = { readonly counter: number; readonly isVerified: boolean };

/** The passkey and user that a browser claims to have signed with. Nothing is verified. */
export const claimedBy = (credential: string): { readonly id: string; readonly account?: string } | undefined => {
  const found = parsed(credential) as { id?: unknown; response?: { userHandle?: unknown } } | null | undefined;
  if (typeof found?.id !== 'string') return undefined;
  const handle = found.response?.userHandle;
  const account = typeof handle === 'string' ? Buffer.from(handle, 'base64url').toString('utf8') : '';
  return { id: found.id, ...(/^acc_[a-z2-7]{26}$/.test(account) ? { account } : {}) };
};

/** The challenge that a browser claims to have signed, base64url. Nothing is verified. */
export const challengeIn = (credential: string): string | undefined => {
  const found = parsed(credential) as { response?: { clientDataJSON?: unknown } } | null | undefined;
  const signed = found?.response?.clientDataJSON;
  if (typeof signed !== 'string') return undefined;
  try {
    const { challenge } = JSON.parse(Buffer.from(signed, 'base64url').toString('utf8')) as { challenge?: unknown };
    return typeof challenge === 'string' && challenge.length <= LONGEST_CHALLENGE ? challenge : undefined;
  } catch {
    return undefined;
  }
};

/** The content of a signature by this passkey; undefined for an invalid one. The caller must compare the counter. */
export const checkedAssertion = async (
  party: RelyingParty,
  challenge: string,
  passkey: PasskeyFactor,
  credential: string,
  mustVerify: boolean,
): Promise<Assertion | undefined> => {
  const { verifyAuthenticationResponse } = await library();
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: parsed(credential) as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      // 0: the comparison must be part of the compare-and-swap.
      credential: { id: passkey.credential, publicKey: bytes(passkey.publicKey), counter: 0 },
      requireUserVerification: mustVerify,
    });
    if (!verified || (mustVerify && !authenticationInfo.userVerified)) return undefined;
    return { counter: authenticationInfo.newCounter, isVerified: authenticationInfo.userVerified };
  } catch {
    return undefined;
  }
};
