/** Resource: the evidence of an access review. It contains records of the audit log, so who reads it may read the audit log. */
import type { AuditLog } from '../../../domain/audit/audit-event.ts';
import type { ReviewEvidence } from '../../../domain/governance/reviews/review-evidence.ts';
import { existing } from '../call.ts';
import { evidenceAnswer } from '../evidence-answer.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { AUDIT_SCOPES } from './audit.ts';

const routes = {
  getReviewEvidence: about('reviews', AUDIT_SCOPES).read(
    '/reviews/{id}/evidence',
    'zip',
    'Read the evidence of an access review as an archive: items, decisions, records with proofs, policies. Verify it offline',
  ),
};

type Dependencies = { readonly reviewEvidence: ReviewEvidence; readonly audit: AuditLog };

const handlers = ({ reviewEvidence: evidence, audit }: Dependencies): Handlers<typeof routes> => ({
  async getReviewEvidence(call) {
    const files = existing(await evidence.of(call.id, call.by));
    return evidenceAnswer(call, audit, { kind: 'review', filters: { id: call.id } }, files);
  },
});

export const reviewEvidence = resource(routes, handlers);
