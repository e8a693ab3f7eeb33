/** Explains a recorded decision: what was granted, and what policies say to the same question. */
import type { AuditEvent } from '../../audit/audit-event.ts';
import { caseOf } from '../../audit/separate-sender.ts';
import type { CompiledPolicies } from '../../ports/policy-engine.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { cutByPolicy } from '../decision/policy-layer.ts';

export type ExplainedScope = {
  readonly scope: string;
  /** As recorded. */
  readonly was: 'granted' | 'refused';
  /** The layer that refused it then. */
  readonly wasBy?: Layer;
  /** What the policies say. A permit with `needs` gives nothing before they are met. Other layers decide besides. */
  readonly says: 'permit' | 'forbid' | 'no policy permits';
  /** Ids of the policies that determine it. */
  readonly policies: readonly string[];
  readonly reasons: readonly string[];
  /** What the permit needs beside: an approval, a newer sign-in. */
  readonly needs: readonly string[];
};

/** Undefined for an event without a recorded question: policies were off, or the other layers had left nothing. */
export const explainDecision = (
  event: AuditEvent,
  policies: CompiledPolicies,
): readonly ExplainedScope[] | undefined => {
  const asked = caseOf(event);
  if (!asked?.resources) return undefined;
  const { removed = [] } = (event.inputs ?? {}) as {
    readonly removed?: readonly { readonly scope: string; readonly layer: Layer }[];
  };
  const refused = new Map(removed.map(({ scope, layer }) => [scope, layer]));
  const cut = cutByPolicy(policies, asked);
  const withheld = new Map(cut.removed.map((one) => [one.scope, one]));
  return asked.resources.map(({ scope }): ExplainedScope => {
    const wasBy = refused.get(scope);
    const now = withheld.get(scope);
    const ids = cut.by.get(scope) ?? now?.policies ?? [];
    const needs = (now?.needs ?? []).map(({ kind }) => kind);
    const forbids = ids.some((id) => policies.policies.get(id)?.effect === 'forbid');
    const isPermitted = cut.by.has(scope) || (needs.length > 0 && !forbids);
    const isRefused = wasBy !== undefined || event.outcome === 'refused';
    return {
      scope,
      was: isRefused ? 'refused' : 'granted',
      ...(wasBy === undefined ? {} : { wasBy }),
      says: isPermitted ? 'permit' : ids.length > 0 ? 'forbid' : 'no policy permits',
      policies: ids,
      reasons: now?.reasons ?? [],
      needs,
    };
  });
};

/** A policy in the text of its set. `line`: its first one, from 1. */
export type PolicySource = { readonly line: number; readonly text: string };

/** A string, a comment, the `@id` of a policy, or the end of one. */
const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\r\n]*|@id\s*\(\s*"(?<id>[^"\\]*)"|;/g;

/** The policy with this `@id`; undefined if the text has none. Reads strings and comments as Cedar does. */
export const policySource = (text: string, id: string): PolicySource | undefined => {
  let start = 0;
  let isFound = false;
  for (const { 0: token, index, groups } of text.matchAll(TOKEN)) {
    isFound ||= groups?.['id'] === id;
    if (token !== ';') continue;
    if (isFound) {
      const shown = text.slice(start, index + 1).trimStart();
      const line = text.slice(0, index + 1 - shown.length).split('\n').length;
      return { line, text: shown };
    }
    start = index + 1;
  }
  return undefined;
};
