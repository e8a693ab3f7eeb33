/**
 * The sender's address among the facts of a policy case. In an event it stands where all personal values do, so that it can
 * be erased and does not leave with an export (decision D17); the case says only that it was there.
 */
import type { PolicyCase, PolicyRecord } from '../ports/policy-engine.ts';
import type { AuditEvent } from './audit-event.ts';

/** In place of the address. */
const APART = { personal: 'source' } as const;

type Cases = { readonly policyCase?: PolicyCase };

/** What is recorded: the address of a policy case beside the event. An event without one comes back as it is. */
export const withSenderApart = (event: AuditEvent): AuditEvent => {
  const { policyCase } = (event.inputs ?? {}) as Cases;
  const source: unknown = policyCase?.context?.['source'];
  const address = isObject(source) ? source['network'] : undefined;
  if (policyCase === undefined || typeof address !== 'string') return event;
  return {
    ...event,
    inputs: { ...event.inputs, policyCase: { ...policyCase, context: { ...policyCase.context, source: APART } } },
    // Of the one request there is, both say who sent it.
    personal: { ...event.personal, source: address },
  };
};

/**
 * The case to be decided again. Without an address that was erased, as a question of which the sender is not known. Events
 * from before addresses were kept apart have theirs in them.
 */
export const caseOf = (event: AuditEvent): PolicyCase | undefined => {
  const { policyCase } = (event.inputs ?? {}) as Cases;
  const given: unknown = policyCase?.context?.['source'];
  if (policyCase === undefined || !isObject(given) || given['personal'] === undefined) return policyCase;
  const { source: _, ...context } = policyCase.context;
  const address = event.personal?.source;
  const known: PolicyRecord = address === undefined ? {} : { source: { network: address } };
  return { ...policyCase, context: { ...context, ...known } };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
