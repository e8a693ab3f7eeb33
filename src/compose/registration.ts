/**
 * Composes self-service registration: the accepted issuers of software statements, and the upper limits. Called by
 * compose.ts.
 */

import { readFileSync } from 'node:fs';
import type { Configuration } from '../../config/configuration.ts';
import type { CountRefusal } from '../domain/audit/refusal-counter.ts';
import { type DynamicRegistration, dynamicRegistration } from '../domain/clients/registration/dynamic-registration.ts';
import { type InitialAccessTokens, initialAccessTokens } from '../domain/clients/registration/initial-access-tokens.ts';
import { registrations } from '../domain/clients/registration/registrations.ts';
import { type StatementIssuers, softwareStatements } from '../domain/clients/registration/software-statements.ts';
import { isOneOfDigests } from '../domain/platform/crypto/constant-time-compare.ts';
import { networkQuota, quota } from '../domain/platform/rate-limits/quota.ts';
import { checkPublicKeys } from '../domain/platform/remote-keys/public-keys.ts';
import type { Services } from './services.ts';

const HOUR = 3600;
const DAY = 86_400;
/** The share of a day's open registrations that one site may use. */
const PER_SITE = 0.25;

export interface RegistrationServices {
  readonly initialAccessTokens: InitialAccessTokens;
  readonly selfRegistration: DynamicRegistration;
}

export const registration = (
  made: Services,
  configuration: Configuration,
  countRefusal: CountRefusal,
): RegistrationServices => {
  const { issuer, registration: settings } = configuration;
  const { masterKey } = made;
  const tokens = initialAccessTokens(made);
  const limit = (name: string, most: number, windowSeconds: number) => quota(made, { name, most, windowSeconds });
  return {
    initialAccessTokens: tokens,
    selfRegistration: dynamicRegistration({
      ...made,
      issuer,
      tokens,
      registrations: registrations(made),
      selfChosen: made.selfChosen,
      statements: softwareStatements({
        ...made,
        issuer,
        issuers:
          settings.softwareStatementsFile === undefined
            ? {}
            : statementIssuers(settings.softwareStatementsFile, made.trustedFetch),
      }),
      isSecretOf: ({ secretHash }, secret) =>
        secretHash !== undefined && isOneOfDigests(secretHash, masterKey.digests('client_secret', secret)),
      open: { isOn: settings.open, lifetimeSeconds: settings.openLifetimeSeconds },
      quotas: {
        source: networkQuota(made, {
          name: 'registrations of a source',
          most: settings.perSourcePerHour,
          windowSeconds: HOUR,
        }),
        owner: limit('registrations for an owner', settings.perOwnerPerHour, HOUR),
        open: limit('open registrations', settings.openPerDay, DAY),
        openOfSite: limit('open registrations of a site', Math.ceil(settings.openPerDay * PER_SITE), DAY),
      },
      countRefusal,
    }),
  };
};

/** `{ "https://issuer.example": { "keys": […] }, "https://other.example": { "jwks_uri": "https://…" } }`. */
const statementIssuers = (file: string, { check }: Pick<Services['trustedFetch'], 'check'>): StatementIssuers => {
  const fail = (what: string, cause?: unknown): never => {
    throw new Error(`the file that registration.softwareStatementsFile names ${what}`, { cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    return fail('cannot be read as JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('is no JSON object');
  return Object.fromEntries(
    Object.entries(
      value as Readonly<Record<string, { readonly keys?: unknown; readonly jwks_uri?: unknown } | null>>,
    ).map(([issuer, of]) => {
      if (of?.keys !== undefined) return [issuer, { jwks: checkPublicKeys(of, `/${issuer}`) }];
      const jwksUri = of?.jwks_uri;
      if (typeof jwksUri === 'string' && check(jwksUri, 'trustedIssuers') === undefined) return [issuer, { jwksUri }];
      return fail(`has neither keys nor a jwks_uri that may be fetched for ${issuer}`);
    }),
  );
};
