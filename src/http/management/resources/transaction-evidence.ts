/** Resource: the evidence of a transaction. It contains records of the audit log, so who reads it may read the audit log. */
import type { AuditLog } from '../../../domain/audit/audit-event.ts';
import type { TransactionEvidence } from '../../../domain/authority/transactions/transaction-evidence.ts';
import { existing } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { zipOf } from '../zip.ts';
import { AUDIT_SCOPES } from './audit.ts';

const routes = {
  getTransactionEvidence: about('transactions', AUDIT_SCOPES).read(
    '/transactions/{id}/evidence',
    'zip',
    'Read the evidence of a closed transaction as an archive: receipt, events with proofs, policies. Verify it offline',
  ),
};

type Dependencies = { readonly evidence: TransactionEvidence; readonly audit: AuditLog };

/** Reading it is an event, which is written first. */
const handlers = ({ evidence, audit }: Dependencies): Handlers<typeof routes> => ({
  async getTransactionEvidence({ id, by, caller }) {
    const files = existing(await evidence.of(id));
    await audit.append({
      ...{ type: 'audit.exported', outcome: 'done', caller: caller.id, target: { kind: 'transaction', id } },
      inputs: { filters: { txn: id } },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });
    return { archive: { name: `${id}.zip`, bytes: zipOf(files) } };
  },
});

export const transactionEvidence = resource(routes, handlers);
