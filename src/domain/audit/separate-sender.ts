/**
 * The sender's address among the facts of a policy case. An event holds the address with all other personal values, so
 * that it can be erased and is not part of an export (decision D17). The case itself records only that there was an
 * address.
 */
import type { PolicyCase, PolicyRecord } from '../ports/policy-engine.ts';
import type { AuditEvent } from './audit-event.ts';

/** Placeholder for the address. */
const APART = { personal: 'source' } as const;

type Cases = { readonly policyCase?: PolicyCase };

/** Moves the address of a policy case into the event's personal values. An event without one is returned as it is. */
export const withSenderApart = (event: AuditEvent): AuditEvent => {
  const { policyCase } = (event.inputs ?? {}) as Cases;
  const source: unknown = policyCase?.context?.['source'];
  const address = isObject(source) ? source['network'] : undefined;
  if (policyCase === undefined || typeof address !== 'string') return event;
  return {
    ...event,
    inputs: { ...event.inputs, policyCase: { ...policyCase, context: { ...policyCase.context, source: APART } } },
    // The event and its case are of one request, so both have the same sender.
    personal: { ...event.personal, source: address },
  };
};

/**
 * The policy case of an event, to be evaluated again. Where the address was erased, the sender is unknown. Events from
 * before addresses were separated hold the address in the case.
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
