/** The test of a workload token: a call of the API whose answer is a page. Nothing keeps the token. */
import { type StatedMembers, workloadTestPage } from '../../../views/pages/console-workload-test.ts';
import { isTime, SIGNING_ALGORITHMS } from '../../domain/platform/remote-keys/signed-token.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import { sendPage } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';

/** Of epoch seconds that a page shows as a time: the year 9999. */
const LATEST = 253_402_300_799;

/** Most characters of a member that the page shows. */
const LONGEST = 300;

const membersOf = (part: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value = strictJson(Buffer.from(part, 'base64url'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return undefined;
  }
};

/** What a token states, without its signature and without a check of it. Undefined for what is no JWT. */
const statedBy = (token: string): StatedMembers | undefined => {
  const [head = '', body = ''] = token.split('.');
  const [header, claims] = [membersOf(head), membersOf(body)];
  if (header === undefined || claims === undefined) return undefined;
  const { iss, sub, aud, exp } = claims;
  const texts = Object.entries({ alg: header['alg'], iss, sub, aud: Array.isArray(aud) ? aud.join(', ') : aud })
    .filter((one): one is [string, string] => typeof one[1] === 'string')
    .map(([name, text]) => [name, text.slice(0, LONGEST)] as const);
  return { ...Object.fromEntries(texts), ...(isTime(exp) && exp <= LATEST ? { exp } : {}) };
};

/** Adds `/console/trusted-issuers/test`. Call it before the page of one issuer is added. `home`: the list of issuers. */
export const addWorkloadTest = (parts: PageParts, home: string): void => {
  const { deps, calls } = parts;
  const action = `${home}/test`;

  addAskedCall(parts, {
    ...{ path: '/console/trusted-issuers/test', operation: 'testWorkloadIdentity', fields: { token: 'token' } },
    hrefOf: () => action,
    // What was typed is a credential: the page does not show it again.
    page: async ({ frame }, _, { errors }) =>
      workloadTestPage(frame, { action, listHref: home, error: errors['token'] }),
    call: ({ token = '' }) => ({ body: { token } }),
    done(ctx, { frame, viewer, values, answer }) {
      const {
        issuer,
        subject,
        failed,
        matches,
        near_misses: near,
        needs_client_id: needsClientId,
      } = answer as AnswerOf<'testWorkloadIdentity'>;
      const agentOf = ({ agent, name }: { readonly agent: string; readonly name: string }) => ({
        name,
        href: agentHref(deps, agent),
      });
      const stated = statedBy(values['token'] ?? '');
      const isUntrusted = failed?.check === 'issuer' && issuer === undefined;
      const mayTrust = isUntrusted && calls.may('createTrustedIssuer', viewer.account);
      const result = {
        ...(stated === undefined ? {} : { stated }),
        ...(failed?.check === 'algorithm' ? { accepted: SIGNING_ALGORITHMS } : {}),
        ...(mayTrust ? { trustHref: `${home}/new` } : {}),
        ...(issuer === undefined ? {} : { issuer: { name: issuer.name, href: `${home}/${issuer.id}` } }),
        ...(subject === undefined ? {} : { subject }),
        ...(failed === undefined ? {} : { failed: { check: failed.check, why: failed.detail } }),
        matches: matches.map(({ credential, subject_rule: rule, claim_rules: claims, ...one }) => ({
          ...{ agent: agentOf(one), credential, subject: rule, claims },
        })),
        needsClientId,
        near: near.map(({ credential, check, detail, ...one }) => ({
          ...{ agent: agentOf(one), credential, check, why: detail },
        })),
      };
      sendPage(ctx, 200, workloadTestPage(frame, { action, listHref: home, result }));
    },
  });
};
