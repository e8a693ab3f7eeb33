/**
 * Who vouches for a composition. `declared`: the agent, its owner or an operator states it. `attested`: an attester of the agent
 * states it beside the key of the instance.
 */
export type CompositionGrade = 'declared' | 'attested';

/** What a token says about the composition of the agent that it was issued to. */
export type TokenComposition = {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly grade: CompositionGrade;
};
