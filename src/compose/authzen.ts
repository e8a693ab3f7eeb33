/** What resource servers request: decisions, searches, and approvals of denied actions. */
import type { Configuration } from '../../config/configuration.ts';
import { approvalUse } from '../domain/approvals/approval-use.ts';
import { accessApprovals } from '../domain/approvals/authzen/access-approvals.ts';
import { accessCallbacks } from '../domain/approvals/authzen/access-callbacks.ts';
import { type AccessDependencies, accessDecisions } from '../domain/approvals/authzen/access-decisions.ts';
import { accessRequests } from '../domain/approvals/authzen/access-requests.ts';
import { accessSearch } from '../domain/approvals/authzen/access-search.ts';
import { evaluationIds } from '../domain/approvals/authzen/evaluation-binding.ts';
import { stepUpQuestion } from '../domain/authority/step-ups/step-up-question.ts';
import { reportClaims } from '../domain/resources/reports/report-claims.ts';
import { reportService } from '../domain/resources/reports/report-service.ts';
import { issuedFor } from '../domain/resources/reports/reported-tokens.ts';
import type { ApprovalServices } from './approvals.ts';
import type { Services } from './services.ts';

type SearchDeps = Parameters<typeof accessSearch>[0];
type RequestDeps = Parameters<typeof accessRequests>[0];
type CallbackDeps = Parameters<typeof accessCallbacks>[0];

/** What their endpoints need. */
export const accessParts = (
  made: Services,
  configuration: Configuration,
  {
    tokens,
    pace,
  }: Pick<RequestDeps, 'pace'> & {
    readonly tokens: AccessDependencies['tokens'] & Parameters<typeof approvalUse>[0]['tokens'];
  },
) => {
  const { documents, ephemeral, clock, identifiers, masterKey, audit, log } = made;
  const { delegations, authorize, approvals, agents, clients, outbox, stepUps } = made;
  return {
    ...accessOf(configuration, {
      ...made.effectiveRegistries,
      ...{ documents, ephemeral, clock, identifiers, masterKey, audit },
      ...{ delegations, tokens, pace, authorize, approvals, outbox, stepUps },
      webhooks: made.notifications.webhooks,
      onFailedCallback: (err) => log.warn({ event: 'access_request.callback', err }, 'a callback was not put out'),
      lists: { agents, clients, delegations },
    }),
    issuer: configuration.issuer,
    reports: reportService({
      ...{ audit, clock, ephemeral },
      claims: reportClaims({ documents, clock }),
      issuedFor: issuedFor(documents),
      perDay: configuration.audit.reportEventsPerDay,
    }),
    useApproval: approvalUse({ tokens, service: approvals.service }),
    askStepUp: stepUpQuestion({ tokens, stepUps, clock }),
    masterKey,
  };
};

const accessOf = (
  { issuer, approvals: { pollIntervalSeconds } }: Configuration,
  deps: Omit<AccessDependencies, 'approvals'> &
    Pick<SearchDeps, 'lists'> &
    Pick<RequestDeps, 'documents' | 'pace'> &
    Pick<CallbackDeps, 'ephemeral' | 'webhooks' | 'outbox'> & {
      readonly masterKey: RequestDeps['masterKey'] & Parameters<typeof evaluationIds>[0];
      readonly clock: RequestDeps['clock'];
      readonly approvals: Pick<ApprovalServices, 'service' | 'asking' | 'listen'>;
      readonly onFailedCallback: (error: unknown) => void;
    },
) => {
  const endpoint = `${issuer}/access/v1/requests`;
  const ids = evaluationIds(deps.masterKey);
  const lifting = accessApprovals({ ...deps, ...deps.approvals, ids, issuer, endpoint });
  const decisions = accessDecisions({ ...deps, approvals: lifting });
  const requests = accessRequests({
    ...deps,
    ...deps.approvals,
    decisions,
    approvals: lifting,
    ids,
    callbacks: accessCallbacks(deps),
    pollIntervalSeconds,
    endpoint,
    inbox: `${issuer}/account/approvals`,
  });
  // Not awaited: a lost callback only delays its recipient by one poll.
  deps.approvals.listen((approval) => void requests.changed(approval).catch(deps.onFailedCallback));
  return {
    decisions,
    search: accessSearch({ audit: deps.audit, decisions, lists: deps.lists }),
    pollIntervalSeconds,
    requests,
  };
};
