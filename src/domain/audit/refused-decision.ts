import type { DomainError } from '../vocabulary/errors.ts';
import type { AuditEvent } from './audit-event.ts';

/** Members of a refusal's event about the decision behind it. Empty where no policy was evaluated. */
export const refusedDecision = (error: Pick<DomainError, 'refused' | 'denial'>): Partial<AuditEvent> => {
  const { refused, denial } = error;
  if (!refused) return {};
  const { decision, policy, resource, inputs } = refused;
  return {
    decision,
    ...(policy === undefined ? {} : { policy }),
    resource,
    inputs,
    ...(denial
      ? {
          denial: {
            ...denial,
            ...(denial.remedies ? { remedies: denial.remedies.map(({ kind }) => ({ kind })) } : {}),
          },
        }
      : {}),
  };
};
