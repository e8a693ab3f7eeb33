/** Signs security event tokens (RFC 8417) as a transmitter elsewhere does, with a JOSE library of others. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { SECURITY_EVENTS } from '../../src/domain/signals/security-events.ts';

export type SigningKey = Parameters<SignJWT['sign']>[0];
type Claims = Readonly<Record<string, unknown>>;

export const setSigner = ({
  issuer,
  audience,
  privateKey,
}: {
  readonly issuer: string;
  readonly audience: string;
  readonly privateKey: () => Promise<{ readonly key: SigningKey; readonly kid: string }>;
}) => {
  const subjectOf = (sub: string) => ({ format: 'iss_sub', iss: issuer, sub });
  return {
    subjectOf,
    privateKey,
    /** Claims of a good SET about a person; `undefined` removes one. */
    claimsOf: (event: keyof typeof SECURITY_EVENTS, sub: string, more: Claims = {}, content: Claims = {}): Claims => ({
      iss: issuer,
      aud: audience,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      sub_id: subjectOf(sub),
      events: { [SECURITY_EVENTS[event]]: content },
      ...more,
    }),
    async sign(claims: Claims, header: Claims = {}, by?: SigningKey): Promise<string> {
      const { key, kid } = await privateKey();
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid, ...header } as never)
        .sign(by ?? key);
    },
  };
};
