/** What verification of a token costs an API, as the bench tells it. */
import { rounded } from './statistics.ts';

/** CPU of one verification, in microseconds. */
export type VerificationMicros = {
  /** `jwtVerify` of jose. */
  readonly bare: number;
  /** The package, with a token that is new to it. */
  readonly first: number;
  /** The package, with a token that it has seen before. */
  readonly seen: number;
};

export type Verification = { readonly [of in keyof VerificationMicros]: number } & {
  /** Of bare. */
  readonly firstFactor: number;
  readonly seenFactor: number;
};

export const verificationOf = ({ bare, first, seen }: VerificationMicros): Verification => ({
  bare: rounded(bare, 1),
  first: rounded(first, 1),
  seen: rounded(seen, 1),
  firstFactor: rounded(first / bare, 2),
  seenFactor: rounded(seen / bare, 2),
});

export const verificationText = ({ bare, first, seen, firstFactor, seenFactor }: Verification): string =>
  `Verification at an API: jwtVerify alone ${bare} µs; the package ${first} µs, × ${firstFactor} (aim 2); a token seen before ${seen} µs, × ${seenFactor} (aim 0.5)`;
