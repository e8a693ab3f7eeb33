/** Computes why a decision leaves nothing, and machine-readable remedies for the caller. */
import { isReachable } from '../../vocabulary/assurance.ts';
import type { Layer, Remedy } from '../../vocabulary/errors.ts';
import type { Decision, Need, Withheld } from './decision.ts';
import type { LayerDenial } from './declared-layer.ts';
import { denialOf } from './layers.ts';

type Removed = readonly Withheld[];

export type NothingLeft = {
  readonly reason: LayerDenial['reason'] | 'step_up_required' | 'step_up_unavailable';
  readonly layer: Layer;
  /** Text of the denying policies. */
  readonly text?: string;
  readonly remedies: readonly Remedy[];
};

const distanceOf = (layer: Layer): number => denialOf(layer)?.distance ?? Number.POSITIVE_INFINITY;

/** The layer whose denial is easiest to lift, among the layers that removed something. */
export const blockingLayer = ({ removed }: { readonly removed: readonly { readonly layer: Layer }[] }): Layer =>
  removed.reduce<Layer>(
    (nearest, { layer }) => (distanceOf(layer) < distanceOf(nearest) ? layer : nearest),
    'resource_server',
  );

/** Why nothing is left of the request. Scopes that all layers would let through were never in the grant. */
export const nothingLeft = (decision: Pick<Decision, 'removed' | 'scope'> | undefined): NothingLeft => {
  if (!decision || decision.scope.length > 0) return { reason: 'scope_not_available', layer: 'grant', remedies: [] };
  const layer = blockingLayer(decision);
  const remedies = remediesOf(decision.removed, layer);
  const text = reasonsAt(decision.removed, layer);
  const signIn = remedies.find((remedy) => remedy.kind === 'step_up');
  // States at once that no sign-in here can reach the class, so that a client does not send a user to try (RFC 9470
  // §5).
  if (layer === 'policy' && signIn?.acr_values?.split(' ').every((acr) => isReachable(acr)) === false) {
    return { reason: 'step_up_unavailable', layer, ...(text === undefined ? {} : { text }), remedies: [] };
  }
  const declared = denialOf(layer)?.reason ?? 'scope_not_available';
  const reason = layer === 'policy' && signIn ? 'step_up_required' : declared;
  return { reason, layer, ...(text === undefined ? {} : { text }), remedies };
};

/** Why the requested authorization details are not granted. */
export const refusedDetails = ({ removedDetails }: Pick<Decision, 'removedDetails'>) => {
  const removed = removedDetails.map(({ detail, ...why }) => ({ ...why, scope: detail.type }));
  const { reason, layer, text, remedies } = nothingLeft({ scope: [], removed });
  const types = [...new Set(removed.map(({ scope }) => scope))].join(', ').slice(0, 300);
  return reason === 'scope_not_available'
    ? ({
        code: 'invalid_authorization_details',
        reason: 'details_not_available',
        layer,
        text: `not inside what is held (${denialOf(layer)?.heldAs ?? layer}): ${types}`,
        remedies,
      } as const)
    : ({
        code: reason === 'step_up_required' ? 'insufficient_user_authentication' : 'access_denied',
        reason,
        layer,
        text: text ?? `not given now: ${types}`,
        remedies,
      } as const);
};

/** Remedies for what `layer` removed, without duplicates: a stronger sign-in, an attestation, or the party to contact. */
const remediesOf = (removed: Removed, layer: Layer): readonly Remedy[] => {
  const here = removed.filter((each) => each.layer === layer);
  const { contact: whom, page } = denialOf(layer) ?? {};
  const needs = here.flatMap((each) => each.needs ?? []);
  const stepUp = strictest(needs);
  const attestation = needs.some(({ kind }) => kind === 'attestation')
    ? [{ kind: 'attestation' as const, claim: 'composition' as const }]
    : [];
  return [
    ...(stepUp ? [stepUp] : []),
    ...attestation,
    ...(whom ? [{ kind: 'contact' as const, whom, ...(page ? { page } : {}) }] : []),
  ];
};

/**
 * The one sign-in that satisfies all needs. Several `acr` become several `acr_values`. If one of these is not enough,
 * the next denial says so (RFC 9470 §4).
 */
const strictest = (needs: readonly Need[]): Remedy | undefined => {
  const steps = needs.filter((need) => need.kind === 'step_up');
  if (steps.length === 0) return undefined;
  const acrs = [...new Set(steps.flatMap(({ acr }) => acr ?? []))];
  const ages = steps.flatMap(({ maxAge }) => maxAge ?? []);
  return {
    kind: 'step_up',
    ...(acrs.length === 0 ? {} : { acr_values: acrs.join(' ') }),
    ...(ages.length === 0 ? {} : { max_age: Math.min(...ages) }),
  };
};

/** Texts of the policies about what this layer removed. Undefined where there are none. */
const reasonsAt = (removed: Removed, layer: Layer): string | undefined => {
  const said = [...new Set(removed.filter((each) => each.layer === layer).flatMap(({ reasons = [] }) => reasons))];
  return said.length === 0 ? undefined : said.join('; ');
};
