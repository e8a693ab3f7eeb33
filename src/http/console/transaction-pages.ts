import { type TransactionEvent, transactionPage } from '../../../views/pages/console-transaction.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import type { AuditEntry } from '../../domain/audit/list-events.ts';
import { documentRefusal } from '../../domain/platform/registries/document-refusals.ts';
import { sendPage } from '../interaction/page-answers.ts';
import { agentHref, doerName, partyNames, resourceNames, searchHref, statementIn } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';

/** Events of one page; the audit log has all. */
const SHOWN = 100;

/** Adds `GET /console/transactions/:id`: the events of one transaction on an axis of time, for viewers of the audit log. */
export const addTransactionPage = ({ page, deps, calls }: PageParts): void =>
  page('/console/transactions/:id', async (ctx, { viewer, frame }, id) => {
    const { account, by } = viewer;
    calls.access('listAuditEvents', account);
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(id)) throw documentRefusal('object_not_found');
    const { body, next } = await calls.run('listAuditEvents', account, by, { query: { txn: id, limit: SHOWN } });
    const entries = ((body?.items ?? []) as readonly AuditEntry[]).toReversed();
    const names = await partyNames(
      deps,
      entries.map(({ event }) => event.caller),
    );
    const resources = await resourceNames(
      deps,
      entries.flatMap(({ event }) => event.resource ?? []),
    );
    const events = entries.map(({ at, event }): TransactionEvent => {
      const { type, outcome, caller, resource, error, denial, scopeGiven, scopeAsked } = event;
      const why = denial?.reason ?? error;
      const statement = statementIn(event);
      return {
        at,
        type,
        outcome,
        who: caller === undefined ? agentFactWords.thisServer : doerName(names, caller),
        ...(caller?.startsWith('agt_') ? { whoHref: agentHref(deps, caller) } : {}),
        ...(resource === undefined ? {} : { where: resources(resource) }),
        ...(statement === undefined ? {} : { statement }),
        scope: scopeGiven ?? scopeAsked ?? [],
        ...(why === undefined ? {} : { error: why }),
      };
    });
    const auditHref = `${deps.basePath}/console/audit?txn=${encodeURIComponent(id)}`;
    sendPage(
      ctx,
      200,
      transactionPage({ ...frame, id, events, isMore: next !== undefined, auditHref, searchHref: searchHref(deps) }),
    );
  });
