/** Finds agents by the subject of a workload token, with an index of digests of their subject rules. */
import { createHash } from 'node:crypto';
import type { TextRule } from '../../platform/remote-keys/claim-rules.ts';

type Rule = { readonly issuer: string; readonly subject: TextRule };

/** Index entry of every rule with a pattern. Such rules are checked one by one. */
const PATTERN = '*';

const entry = (issuer: string, subject: string): string =>
  `${issuer} ${subject === PATTERN ? PATTERN : createHash('sha256').update(subject).digest('base64url')}`;

/** The index entries of an agent with these rules, without duplicates. */
export const workloadsOf = (rules: readonly Rule[]): readonly string[] => [
  ...new Set(
    rules.flatMap(({ issuer, subject }) => {
      if ('equals' in subject) return [entry(issuer, subject.equals)];
      return 'one_of' in subject ? subject.one_of.map((one) => entry(issuer, one)) : [entry(issuer, PATTERN)];
    }),
  ),
];

/** The index entries of the agents that a token of this subject may identify. */
export const workloadsFor = (issuer: string, subject: string): readonly string[] => [
  entry(issuer, subject),
  entry(issuer, PATTERN),
];
