/** What a layer of the decision declares. `layers.ts` has the layers. */
import type { Detail } from '../../vocabulary/detail-type.ts';
import type { Limit } from '../../vocabulary/scope-sets.ts';
import type { Statement } from '../../vocabulary/statements.ts';
import type { DecisionFacts, DetailFacts, KnownFacts } from './facts.ts';

/** What the denial of a layer says. */
export type LayerDenial = {
  /**
   * Where several layers deny, `denial.layer` names the one with the smallest distance, since its denial is the easiest
   * to lift. Each layer has a distance of its own, in tens, to leave room for a layer between two.
   */
  readonly distance: number;
  /** `denial.reason` where the layer leaves nothing. A policy may ask for a sign-in instead (remedies.ts). */
  readonly reason:
    | 'approval_required'
    | 'external_denies'
    | 'narrowed_by_response'
    | 'policy_forbids'
    | 'scope_not_available';
  /** The party that can lift the denial, if it is not the subject: the remedy `contact`. */
  readonly contact?: 'owner' | 'operator';
  /** Path of the page where that party lifts it, for the remedy. */
  readonly page?: string;
  /** Text of the refusal when the layer leaves nothing of an exchange. Absent: the text of the reason. */
  readonly refusal?: string;
  /** Its name in the refusal of authorization details. Absent: the name of the layer. */
  readonly heldAs?: string;
};

/** The facts that a step names. */
export type StepFacts = Pick<DecisionFacts, 'caller' | 'server' | 'subject'>;

/** One scope at one resource. */
type ScopeAt = { readonly scope: string; readonly resource: string };

/** The change that lets `what` through, as text for a simulation. */
type LayerStep = (what: ScopeAt, facts: StepFacts) => Statement;

/** A layer that computes its limits from the facts alone. */
export type LayerOfFacts = {
  readonly by: 'facts';
  /** The limits at the resource server; `holds` undefined: none. Pure. Called in each decision on a route where the layer applies. */
  readonly limits: (facts: KnownFacts) => readonly Limit[];
  readonly step: LayerStep;
  /**
   * Authorization details that the layer itself holds. The layer with the smallest `order` is the nearest to the token.
   */
  readonly details?: {
    readonly order: number;
    /** One list for each holder. Undefined: the request has none. */
    readonly heldIn: (details: DetailFacts) => readonly (readonly Detail[])[] | undefined;
  };
  /** Whether it denies a detail, even where it leaves scopes. */
  readonly refusesDetail?: (facts: DecisionFacts, detail: Detail) => boolean;
  /** A party's own rights are named by scope: where it acts for itself, only `*` covers details. */
  readonly isOwnRights?: true;
};

/** The active policy set evaluates what the earlier layers leave (policy-layer.ts). */
type LayerOfPolicies = { readonly by: 'policies' };

/** The whole decision is made for each other participant of the transaction, about what all earlier layers leave. */
type LayerOfParticipants = { readonly by: 'participants'; readonly step: LayerStep };

/** Another service evaluates what all earlier layers leave (external-layer.ts). */
type LayerElsewhere = { readonly by: 'elsewhere'; readonly step: LayerStep; readonly whyNotSimulated: Statement };

export type DeclaredLayer = LayerDenial & {
  /** What it permits, as Markdown, for the reference page. */
  readonly permits: string;
} & (LayerOfFacts | LayerOfPolicies | LayerElsewhere | LayerOfParticipants);
