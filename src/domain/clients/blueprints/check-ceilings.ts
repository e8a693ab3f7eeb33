import { checkAuthority, type ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import { ENVIRONMENTS } from '../../vocabulary/environment.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { GRANT_TYPES } from '../clients/grant-types.ts';
import { blueprintRefusal } from './blueprint-refusals.ts';
import {
  AUTHENTICATION_METHODS,
  type Ceilings,
  COMPOSITION_DRIFT_ACTIONS,
  meetCeilings,
  NUMBER_AXES,
} from './ceilings.ts';

const YEAR = 365 * 86_400;
/** Smallest and largest value of each number. */
const RANGES: Readonly<Record<(typeof NUMBER_AXES)[number], readonly [number, number]>> = {
  maxAccessTokenSeconds: [30, 3600],
  maxGrantSeconds: [60, YEAR],
  maxDelegationSeconds: [60, YEAR],
  maxDelegationDepth: [0, 10],
  maxAgents: [0, 10_000],
  maxInstances: [0, 10_000],
};
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const DETAIL_TYPE = /^[\x21-\x7e]{1,200}$/;

/**
 * Ceilings in their canonical form. Throws 'invalid_field' below `field` for a resource or scope that is not declared.
 * A typing error in a ceiling would otherwise remove more than intended.
 */
export const checkCeilings = async (
  ceilings: Ceilings,
  lookup: Pick<ResourceServerLookup, 'findByIdentifier'>,
  field = '/ceilings',
): Promise<Ceilings> => {
  checkNames(ceilings.grantTypes, GRANT_TYPES, `${field}/grant_types`);
  checkNames(ceilings.authenticationMethods, AUTHENTICATION_METHODS, `${field}/authentication_methods`);
  checkNames(ceilings.environments, ENVIRONMENTS, `${field}/environments`);
  checkNames(ceilings.compositions, DIGEST, `${field}/compositions`);
  if (ceilings.compositionDrift !== undefined && !COMPOSITION_DRIFT_ACTIONS.includes(ceilings.compositionDrift)) {
    throw fieldRefusal('value_not_among', {
      field: `${field}/composition_drift`,
      params: { allowed: COMPOSITION_DRIFT_ACTIONS.join(', ') },
    });
  }
  checkNames(ceilings.detailTypes, DETAIL_TYPE, `${field}/detail_types`);
  for (const axis of NUMBER_AXES) checkNumber(ceilings, axis, field);
  if (ceilings.senderConstraint !== undefined && ceilings.senderConstraint !== 'dpop') {
    throw blueprintRefusal('sender_constraint_unknown', { field: `${field}/sender_constraint` });
  }
  if (ceilings.authority) await checkAuthority(ceilings.authority, lookup, `${field}/authority`);
  if (ceilings.approvals) await checkAuthority(ceilings.approvals, lookup, `${field}/approvals`);
  return meetCeilings(ceilings, ceilings);
};

const checkNumber = (ceilings: Ceilings, axis: (typeof NUMBER_AXES)[number], field: string): void => {
  const value = ceilings[axis];
  const [least, most] = RANGES[axis];
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const name = axis.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw fieldRefusal('number_out_of_range', { field: `${field}/${name}`, params: { least, most } });
};

const checkNames = (names: readonly string[] | undefined, allowed: readonly string[] | RegExp, at: string): void => {
  for (const [index, name] of names?.entries() ?? []) {
    const isKnown = allowed instanceof RegExp ? allowed.test(name) : allowed.includes(name);
    if (isKnown) continue;
    if (allowed instanceof RegExp) throw fieldRefusal('value_malformed', { field: `${at}/${index}` });
    throw fieldRefusal('value_not_among', { field: `${at}/${index}`, params: { allowed: allowed.join(', ') } });
  }
};
