/** What a resource server asks when the sign-in behind a token is not enough for a call there (RFC 9470). */
import type { Clock } from '../../ports/clock.ts';
import type { IssuedTokens } from '../../ports/issued-tokens.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import { stepUpRefusal } from './step-up-refusals.ts';
import { meets, type StepUpDemand, type StepUps, strongerOf } from './step-ups.ts';

type Question = StepUpDemand & { readonly token: string };

/** `confirmed`: the sign-in that counts now is enough. Else the page for the person. */
export type StepUpAnswer =
  | { readonly confirmed: { readonly acr?: string; readonly amr: readonly string[]; readonly auth_time: number } }
  | { readonly page: { readonly url: string; readonly expires_in: number } };

/**
 * Answers an authenticated resource server. Throws DomainError 'invalid_field' for a malformed question, 'not_found' for anything
 * but a live token with its audience (decision D11), 'conflict' where no page can help, and 'too_many_requests'.
 */
export type AskStepUp = (
  server: Pick<ResourceServer, 'id' | 'identifier'>,
  body: { readonly [member: string]: unknown },
) => Promise<StepUpAnswer>;

const MOST_TOKEN = 8192;
const MOST_CLASSES = 10;
const MOST_SECONDS = 31_536_000;
const CLASSES = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}(?: [\x21\x23-\x5b\x5d-\x7e]{1,128})*$/;

const read = ({ token, acr_values: acr, max_age: age, ...others }: Parameters<AskStepUp>[1]): Question => {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw stepUpRefusal('step_up_member_unknown', { field: `/${unknown}` });
  if (typeof token !== 'string' || token === '' || token.length > MOST_TOKEN) {
    throw stepUpRefusal('step_up_token_missing', { field: '/token', params: { most: MOST_TOKEN } });
  }
  const acrValues = typeof acr === 'string' && CLASSES.test(acr) ? acr.split(' ') : [];
  if (acr !== undefined && (acrValues.length === 0 || acrValues.length > MOST_CLASSES)) {
    throw stepUpRefusal('step_up_acr_malformed', { field: '/acr_values', params: { most: MOST_CLASSES } });
  }
  if (age === undefined) {
    if (acr === undefined) throw stepUpRefusal('step_up_needs_nothing', { field: '/acr_values' });
    return { token, acrValues };
  }
  if (typeof age !== 'number' || !Number.isInteger(age) || age < 0 || age > MOST_SECONDS) {
    throw stepUpRefusal('step_up_age_malformed', { field: '/max_age', params: { most: MOST_SECONDS } });
  }
  return { token, acrValues, maxAge: age };
};

const shown = ({ acr, amr, authTime }: Assurance) => ({
  confirmed: { ...(acr === undefined ? {} : { acr }), amr, auth_time: authTime },
});

export const stepUpQuestion =
  (deps: {
    readonly tokens: Pick<IssuedTokens, 'find'>;
    readonly stepUps: Pick<StepUps, 'page' | 'confirmed'>;
    readonly clock: Pick<Clock, 'now'>;
  }): AskStepUp =>
  async ({ id, identifier }, body) => {
    const { token, ...demand } = read(body);
    const found = await deps.tokens.find(token);
    if (found?.audience !== identifier) throw stepUpRefusal('step_up_token_not_live', { field: '/token' });
    const party = { id, resource: identifier };
    const assurance = strongerOf(found.assurance, await deps.stepUps.confirmed(found, party));
    if (assurance && meets(assurance, demand, deps.clock.now())) return shown(assurance);
    const page = await deps.stepUps.page(found, party, demand);
    if (!page) throw stepUpRefusal('step_up_without_sign_in', { field: '/token' });
    return { page: { url: page.url, expires_in: page.expiresIn } };
  };
