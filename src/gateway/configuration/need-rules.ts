import type { Need } from './configuration.ts';
import type { Finding } from './route-rules.ts';

/** Checks what a request needs, at the place of its member. */
export const needProblems = (need: Need, path: readonly (string | number)[]): readonly Finding[] => {
  const found: Finding[] = [];
  if (need.authzen === true && need.scopes.length === 0 && need.details.length === 0) {
    found.push([
      [...path, 'authzen'],
      'There is nothing to ask about.',
      'Give scopes or details, or an action and a resource.',
    ]);
  }
  if (need.approval !== undefined && need.details.length === 0) {
    found.push([[...path, 'approval'], 'There is no action that people could approve.', 'Give details.']);
  }
  return found;
};
