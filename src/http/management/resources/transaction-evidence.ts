/** Resource: the evidence of a transaction. It contains records of the audit log, so who reads it may read the audit log. */
import type { AuditLog } from '../../../domain/audit/audit-event.ts';
import type { TransactionEvidence } from '../../../domain/authority/transactions/transaction-evidence.ts';
import { existing } from '../call.ts';
import { evidenceAnswer } from '../evidence-answer.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { AUDIT_SCOPES } from './audit.ts';

const routes = {
  getTransactionEvidence: about('transactions', AUDIT_SCOPES).read(
    '/transactions/{id}/evidence',
    'zip',
    'Read the evidence of a closed transaction as an archive: receipt, events with proofs, policies. Verify it offline',
  ),
};

type Dependencies = { readonly evidence: TransactionEvidence; readonly audit: AuditLog };

const handlers = ({ evidence, audit }: Dependencies): Handlers<typeof routes> => ({
  async getTransactionEvidence(call) {
    const files = existing(await evidence.of(call.id));
    return evidenceAnswer(call, audit, { kind: 'transaction', filters: { txn: call.id } }, files);
  },
});

export const transactionEvidence = resource(routes, handlers);
