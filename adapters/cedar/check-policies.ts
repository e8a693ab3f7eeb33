/** Syntax, validation and lint of a policy set, with the lines of its text. Called by policy-engine.ts. */
import type { ActionConstraint, DetailedError, PolicyJson, ValidationError } from '@cedar-policy/cedar-wasm/nodejs';
import type {
  PolicyAction,
  PolicyCheck,
  PolicyFinding,
  PolicySummary,
  TakenBefore,
} from '../../src/domain/ports/policy-engine.ts';
import { POLICY_ACTIONS } from '../../src/domain/ports/policy-engine.ts';
import { annotationFindings, LIMITS, OBLIGATIONS } from './annotations.ts';
import { cedar } from './cedar.ts';
import { idFindings } from './entity-ids.ts';
import { linesIn, type Statement, statementsOf } from './policy-text.ts';
import { portionsOf, type Slices } from './slices.ts';

type Parsed = { readonly statement: Statement; readonly summary: PolicySummary; readonly json: PolicyJson };

/** The most findings reported; more would not be read. */
const MOST_FINDINGS = 50;

export type Checked = { readonly check: PolicyCheck; readonly policies: readonly Parsed[] };

/** A text is checked when it is drafted, when it is activated and when it is compiled. */
const MOST_REMEMBERED = 8;
/** Characters. What is remembered of a longer text would take much memory. */
const LONGEST_REMEMBERED = 16_384;
const remembered = new Map<string, Checked>();

/**
 * Never throws. `policies` are complete when `check` finds no error. Remembers the results of the last short texts: they
 * depend on the arguments only.
 */
export function* checkPolicies(text: string, schema: string, { wasTaken = false }: TakenBefore = {}): Slices<Checked> {
  if (text.length > LONGEST_REMEMBERED) return yield* newlyChecked(text, schema, wasTaken);
  const keyOf = (taken: boolean): string => JSON.stringify([text, schema, taken]);
  const known = remembered.get(keyOf(wasTaken));
  if (known) return known;
  const checked = yield* newlyChecked(text, schema, wasTaken);
  remember(keyOf(wasTaken), checked);
  // A text that was taken before is checked for less. Without an error the results are equal.
  if (!wasTaken && !checked.check.findings.some(isError)) remember(keyOf(true), checked);
  return checked;
}

const remember = (key: string, checked: Checked): void => {
  remembered.set(key, checked);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= MOST_REMEMBERED) break;
    remembered.delete(oldest);
  }
};

function* newlyChecked(text: string, schema: string, wasTaken: boolean): Slices<Checked> {
  try {
    const { statements, refusal } = yield* statementsOf(text);
    // Before any part of a text that is too large is parsed.
    if (refusal) return answer([], [refusal]);
    const { parsed, found } = yield* parsedOf(statements);
    found.push(...twice(parsed));
    if (!found.some(isError) && parsed.length !== statements.length) {
      found.push({ severity: 'error', message: 'Not every policy of this text could be read.' });
    }
    // Refusing a set that is already active would lose all it permits.
    for (const portion of wasTaken ? [] : portionsOf(parsed, textOf)) {
      found.push(...portion.flatMap(({ summary, json, statement }) => idFindings(summary.id, json, statement)));
      yield;
    }
    if (!found.some(isError)) found.push(...(yield* validated(parsed, schema)), ...lint(parsed));
    return answer(parsed, found);
  } catch (error) {
    return answer([], [{ severity: 'error', message: `Cedar failed on this text: ${(error as Error).message}.` }]);
  }
}

const textOf = ({ statement }: Pick<Parsed, 'statement'>): string => statement.text;

/** Stops at the 50th error. Warnings do not stop it: a policy that is not read would have no effect, and it may be a forbid. */
function* parsedOf(
  statements: readonly Statement[],
): Slices<{ readonly parsed: readonly Parsed[]; readonly found: PolicyFinding[] }> {
  const parsed: Parsed[] = [];
  const found: PolicyFinding[] = [];
  let errors = 0;
  for (const portion of portionsOf(statements, ({ text }) => text)) {
    for (const statement of portion) {
      if (errors >= MOST_FINDINGS) return { parsed, found };
      const { policy, problems } = parse(statement);
      found.push(...problems);
      errors += problems.filter(isError).length;
      if (policy) parsed.push(policy);
    }
    yield;
  }
  return { parsed, found };
}

const isError = ({ severity }: PolicyFinding): boolean => severity === 'error';

const answer = (policies: readonly Parsed[], findings: readonly PolicyFinding[]): Checked => ({
  policies,
  check: {
    policies: policies.map(({ summary }) => summary),
    findings: [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))].slice(0, MOST_FINDINGS),
  },
});

const parse = (statement: Statement): { readonly policy?: Parsed; readonly problems: readonly PolicyFinding[] } => {
  const read = cedar().policyToJson(statement.text);
  if (read.type === 'failure') {
    return { problems: read.errors.map((error) => ({ severity: 'error', ...placed(error, statement) })) };
  }
  const { annotations = {}, effect } = read.json;
  // A bare `@name` has no value, although its type says so.
  const given = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, value ?? '']));
  const problems = annotationFindings(given, effect, statement.line);
  const id = given['id'];
  if (id === undefined || problems.some(isError)) return { problems };
  return { policy: { statement, summary: { id, effect, annotations: given }, json: read.json }, problems };
};

/** Cedar's own message without its repeated prefix, and the line it refers to. */
const placed = (error: DetailedError, statement: Statement): Pick<PolicyFinding, 'message' | 'line'> => {
  const message = error.message.replace(/^failed to parse policy from string: |^for policy `[^`]*`, /, '');
  const start = error.sourceLocations?.[0]?.start;
  const before = start === undefined ? '' : Buffer.from(statement.text).subarray(0, start).toString();
  const help = error.help ? ` (${error.help})` : '';
  return { message: bounded(`${message}${help}.`), line: statement.line + linesIn(before) };
};

/** Truncated: the message holds parts of the text. */
const bounded = (message: string): string => (message.length <= 300 ? message : `${message.slice(0, 299)}…`);

const twice = (policies: readonly Parsed[]): readonly PolicyFinding[] => {
  const seen = new Map<string, number>();
  return policies.flatMap(({ summary: { id }, statement: { line } }): readonly PolicyFinding[] => {
    const first = seen.get(id);
    if (first === undefined) seen.set(id, line);
    if (first === undefined) return [];
    return [{ severity: 'error', message: `The policy in line ${first} has this @id already.`, policy: id, line }];
  });
};

/** Cedar validates each policy by itself, so that the findings of all portions are those of the whole set. */
function* validated(policies: readonly Parsed[], schema: string): Slices<readonly PolicyFinding[]> {
  const statements = new Map(policies.map(({ summary: { id }, statement }) => [id, statement]));
  const errors: ValidationError[] = [];
  const warnings: ValidationError[] = [];
  const others: PolicyFinding[] = [];
  // A set without policies is validated too: the schema must be right.
  const [first = [], ...further] = portionsOf(policies, textOf);
  for (const portion of [first, ...further]) {
    const staticPolicies = Object.fromEntries(portion.map(({ summary: { id }, statement: { text } }) => [id, text]));
    const result = cedar().validate({ schema, policies: { staticPolicies } });
    if (result.type === 'failure') {
      return result.errors.map(({ message }) => ({ severity: 'error', message: bounded(`${message}.`) }));
    }
    errors.push(...result.validationErrors);
    warnings.push(...result.validationWarnings);
    others.push(
      ...result.otherWarnings.map(
        ({ message }): PolicyFinding => ({ severity: 'warning', message: bounded(`${message}.`) }),
      ),
    );
    yield;
  }
  return [...shown('error', errors, statements), ...shown('warning', warnings, statements), ...others];
}

/** By line. */
const shown = (
  severity: PolicyFinding['severity'],
  entries: readonly ValidationError[],
  statements: ReadonlyMap<string, Statement>,
): readonly PolicyFinding[] => {
  const lines = new Map<string, PolicyFinding>();
  for (const { policyId: policy, error } of entries) {
    const statement = statements.get(policy);
    if (!statement) continue;
    const place = placed(error, statement);
    const message = NEVER.test(error.message) ? `Can never apply: ${place.message}` : place.message;
    const key = `${place.line}`;
    // Reports the same finding once for each action and type; Cedar lists them in no fixed order.
    const before = lines.get(key);
    if (!before || message < before.message) lines.set(key, { severity, policy, ...place, message });
  }
  return [...lines.values()].sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
};

const NEVER = /policy is impossible|unable to find an applicable action/;

/** The actions a policy is about. */
const actionsOf = (constraint: ActionConstraint): readonly PolicyAction[] => {
  if (constraint.op === 'All' || 'slot' in constraint) return POLICY_ACTIONS;
  const named = 'entities' in constraint ? constraint.entities : [constraint.entity];
  const ids = named.map((entity) => ('__entity' in entity ? entity.__entity.id : entity.id));
  return POLICY_ACTIONS.filter((action) => ids.includes(action));
};

const isOfTokens = (action: PolicyAction): boolean => action === 'act' || action === 'delegate';

const lint = (policies: readonly Parsed[]): readonly PolicyFinding[] => {
  const warnings = policies.flatMap(({ summary, statement: { line }, json }): readonly PolicyFinding[] => {
    const { id: policy, annotations } = summary;
    const given = OBLIGATIONS.filter((name) => name in annotations);
    const [limit] = given.filter((name) => LIMITS.includes(name));
    const isOfServer = !actionsOf(json.action).some(isOfTokens);
    const messages = [
      ...(json.effect === 'permit' && json.principal.op === 'All' && json.conditions.length === 0 && given.length === 0
        ? ['Permits every principal without any condition.']
        : []),
      ...(isOfServer && limit !== undefined
        ? [`@${limit} has no effect: it is for \`act\` and \`delegate\`, which give tokens.`]
        : []),
      ...(isOfServer && json.effect === 'permit' && given.includes('approval')
        ? ['Permits nothing: the server asks people for approvals of tokens only.']
        : []),
    ];
    return messages.map((message) => ({ severity: 'warning', message, policy, line }));
  });
  const permitting = (action: PolicyAction): readonly Parsed[] =>
    policies.filter(({ json }) => json.effect === 'permit' && actionsOf(json.action).includes(action));
  const missing = Object.entries(NOTHING_PERMITS)
    .map(([action, message]) => ({ action: action as keyof typeof NOTHING_PERMITS, message }))
    .filter(({ action }) => permitting(action).length === 0);
  const acting = permitting('act');
  const noClient =
    acting.length === 0 || acting.some(({ json }) => mayBeClient(json.principal))
      ? []
      : ['No policy permits a Client to `act`: with this set, the command line gets no token for the management API.'];
  return [
    ...missing.map((gap): PolicyFinding => ({ severity: 'warning', ...gap })),
    ...noClient.map((message): PolicyFinding => ({ severity: 'warning', message })),
    ...warnings,
  ];
};

/**
 * The effect of a set that permits an action to no principal. A set from before an action was decided by policy does
 * not mention it.
 */
const NOTHING_PERMITS = {
  act: 'No policy permits `act`: with this set, no agent or client gets a token for any scope, the command line included.',
  administer:
    'No policy permits `administer`: with this set, no account or client can change anything at the management API or in the console, the policies included. Only `behalf policy rollback --local` on the machine ends that.',
  register:
    'No policy permits `register`: with this set, no agent and no client is registered, or connects by its document.',
  approve:
    'No policy permits `approve`: with this set, no person can approve a request of an agent, and the agent gets nothing that needs an approval.',
} as const satisfies Partial<Record<PolicyAction, string>>;

const mayBeClient = (principal: PolicyJson['principal']): boolean => {
  if (principal.op === 'All' || 'slot' in principal) return true;
  if (principal.op === 'is') return principal.entity_type === 'Client';
  const { entity } = principal;
  return ('__entity' in entity ? entity.__entity : entity).type === 'Client';
};
