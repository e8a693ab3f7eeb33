/**
 * Ids in policies. Cedar accepts any text as an id. A policy about an id that no object can have never applies, not
 * even when it forbids. Called by check-policies.ts.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyFinding } from '../../src/domain/ports/policy-engine.ts';
import { linesIn, type Statement } from './policy-text.ts';

type Form = { readonly pattern: RegExp; readonly says: string };

/** Our own ids: a prefix, `_`, lower-case letters and digits. */
const own = (prefix: string, what: string): Form => ({
  pattern: new RegExp(`^${prefix}_[a-z0-9]{1,60}$`),
  says: `the id of ${what}, which begins with ${prefix}_`,
});

const placed = (what: string): Form => ({
  pattern: /^[a-z][a-z0-9+.-]*:\S+ \S+$/i,
  says: `the identifier of a resource server, a space and ${what}`,
});

const OWNER: Form = {
  pattern: /^(?:(?:acc|grp)_[a-z0-9]{1,60})?$/,
  says: 'the id of an account or a group, which begins with acc_ or grp_, or ""',
};

/** The form of ids of each type. For a type that is not listed, any text may be one. */
const FORMS: Readonly<Record<string, Form>> = {
  Account: own('acc', 'an account'),
  Agent: own('agt', 'an agent'),
  Blueprint: own('bpt', 'a blueprint'),
  ResourceServer: own('rs', 'a resource server'),
  Client: {
    pattern: /^(?:app_[a-z0-9]{1,60}|https:\/\/\S+|account-pages)$/,
    says: 'the id of a client, which begins with app_ or https://',
  },
  Group: {
    // Groups of accounts are free text; those that own agents have ids.
    pattern: /^(?!grp_(?![a-z0-9]{1,60}$))/,
    says: 'the id of a group, grp_ with small letters and digits, or the name of a group of accounts',
  },
  Scope: placed('a scope'),
  DetailType: placed('a type'),
};

/** The most findings for one policy. */
const MOST_FINDINGS = 50;

/** Explains how to find the intended id. */
const REMEDY = 'Find it by its name: behalf accounts list --search NAME, GET /api/v1/owners?name=NAME.';
const BY_NAME: readonly string[] = ['Account', 'Group'];

const isText = (value: unknown): value is string => typeof value === 'string';

/** Errors for the ids in a policy that no object can have, each with the id and its line. */
export const idFindings = (policy: string, json: PolicyJson, statement: Statement): readonly PolicyFinding[] => {
  const found = new Map<string, PolicyFinding>();
  const refuse = (shown: string, written: RegExp, form: Form, isNamed: boolean): void => {
    if (found.size === MOST_FINDINGS) return;
    const before = statement.text.slice(0, Math.max(0, statement.text.search(written)));
    const message = `${shown} names nothing: it is not ${form.says}.${isNamed ? ` ${REMEDY}` : ''}`;
    found.set(shown, { severity: 'error', message, policy, line: statement.line + linesIn(before) });
  };

  const checkEntity = (type: string, id: string): void => {
    const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
    if (!form || form.pattern.test(id)) return;
    refuse(`${type}::"${shortened(id)}"`, new RegExp(`${type}\\s*::\\s*${quoted(id)}`), form, BY_NAME.includes(type));
  };

  /** `principal.owner == "…"`, `["…"].contains(context.owner)`, in either order. */
  const checkOwner = (one: unknown, other: unknown): void => {
    const attribute: unknown = Reflect.get(Object(Reflect.get(Object(one), '.')), 'attr');
    const { Value: value, Set: members } = Object(other) as { readonly Value?: unknown; readonly Set?: unknown };
    if (Array.isArray(members)) for (const member of members) checkOwner(one, member);
    if (attribute !== 'owner' || !isText(value) || OWNER.pattern.test(value)) return;
    refuse(`The owner "${shortened(value)}"`, new RegExp(quoted(value)), OWNER, true);
  };

  const look = (expression: unknown): void => {
    if (typeof expression !== 'object' || expression === null) return;
    const { type, id, left, right } = expression as Readonly<Record<string, unknown>>;
    if (isText(type) && isText(id)) checkEntity(type, id);
    checkOwner(left, right);
    checkOwner(right, left);
    for (const inner of Object.values(expression)) look(inner);
  };

  look(json.principal);
  look(json.resource);
  for (const { body } of json.conditions) look(body);
  return [...found.values()];
};

const shortened = (text: string): string => (text.length <= 64 ? text : `${text.slice(0, 63)}…`);

/** The likely spelling in the text. With another spelling, the line is that of the policy. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
