/** The test of a workload token: a call of the API whose answer is a page. Nothing keeps the token. */
import { workloadTestPage } from '../../../views/pages/console-workload-test.ts';
import { sendPage } from '../interaction/page-answers.ts';
import { addAskedCall } from './asked-calls.ts';
import type { AnswerOf } from './console-calls.ts';
import { agentHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';

/** Adds `/console/trusted-issuers/test`. Call it before the page of one issuer is added. `home`: the list of issuers. */
export const addWorkloadTest = (parts: PageParts, home: string): void => {
  const { deps } = parts;
  const action = `${home}/test`;

  addAskedCall(parts, {
    ...{ path: '/console/trusted-issuers/test', operation: 'testWorkloadIdentity', fields: { token: 'token' } },
    hrefOf: () => action,
    // What was typed is a credential: the page does not show it again.
    page: async ({ frame }, _, { errors }) =>
      workloadTestPage(frame, { action, listHref: home, error: errors['token'] }),
    call: ({ token = '' }) => ({ body: { token } }),
    done(ctx, { frame, answer }) {
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
      const result = {
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
