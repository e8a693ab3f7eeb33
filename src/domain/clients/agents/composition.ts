/**
 * What an agent is made of: model, prompt and tools, as one digest and a digest of each member. Owns the canonical form, in
 * which order means nothing, and the difference of two compositions. Does not own what follows from a difference
 * (agent-compositions.ts).
 */
import { hash } from 'node:crypto';
import { checkText } from '../../platform/display-names/display-text.ts';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import type { CompositionGrade } from '../../vocabulary/token-composition.ts';
import { agentRefusal } from './agent-refusals.ts';

/** A composition in canonical form: tools sorted, each name once. */
export type DeclaredComposition = {
  /** `sha256:` and 64 hexadecimal digits, lower case. It identifies the whole. */
  readonly digest: string;
  readonly model?: string;
  readonly modelDigest?: string;
  readonly prompt?: string;
  readonly promptDigest?: string;
  /** Names. */
  readonly tools?: readonly string[];
  /** Digests of tools, by name: of description and schemas, as the agent reads them. */
  readonly toolDigests?: Readonly<Record<string, string>>;
};

/** As given: without `digest`, the server computes it from the other members. */
export type GivenComposition = Partial<DeclaredComposition>;

/** The composition of an agent. */
export type Composition = DeclaredComposition & {
  /** 1, 2, … within one agent. */
  readonly version: number;
  /** Absent: `declared`. */
  readonly grade?: 'attested';
  /**
   * An attestation in the request that is being decided states this very composition. Never stored: another request proves
   * nothing for this one.
   */
  readonly isProven?: true;
  /** Account or client id; the agent itself for what it presented. */
  readonly declaredBy: string;
  readonly declaredAt: number;
};

/** A composition as a request presents it. */
export type PresentedComposition = {
  readonly composition: DeclaredComposition;
  readonly grade: CompositionGrade;
};

/** A difference of two compositions. `from` and `to` are digests, or names where a member has no digest. */
export type CompositionChange = {
  /** `whole`: only the digest of the whole differs. */
  readonly member: 'model' | 'prompt' | 'tool' | 'whole';
  /** Of the tool. */
  readonly name?: string;
  /** Absent: it was not there, or not described. */
  readonly from?: string;
  readonly to?: string;
};

/** Maximum number of compositions kept with the agent; the audit log has all. */
const KEPT_COMPOSITIONS = 50;
/** Characters of their JSON. An agent shows any number of large ones, and its document is read with each request. */
const MOST_KEPT_CHARACTERS = 65_536;

/** Those that are kept of these, the newest first: the last one in any case. */
export const keptCompositions = (all: readonly Composition[]): readonly Composition[] => {
  let left = MOST_KEPT_CHARACTERS;
  const isKept = (one: Composition, index: number): boolean => {
    left -= JSON.stringify(one).length;
    return index === 0 || left >= 0;
  };
  return all.slice(0, KEPT_COMPOSITIONS).filter(isKept);
};

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MOST_TOOLS = 200;

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/** SHA-256 over the canonical JSON (RFC 8785) of a value. */
const digestOf = (value: unknown): string => `sha256:${hash('sha256', String(canonicalJson(value)), 'hex')}`;

const DESCRIBED = ['model', 'modelDigest', 'prompt', 'promptDigest', 'tools', 'toolDigests'] as const;

/**
 * The canonical form. Without a digest it is the SHA-256 of the canonical JSON of `model`, `model_digest`, `prompt`,
 * `prompt_digest`, `tools` and `tool_digests`, as far as they are given. Throws 'invalid_field' naming the member, below `at`.
 */
export const canonicalComposition = (given: GivenComposition, at = '/composition'): DeclaredComposition => {
  const { digest, model, modelDigest, prompt, promptDigest, toolDigests } = given;
  const checkDigest = (value: string | undefined, member: string): void => {
    if (value !== undefined && !DIGEST.test(value))
      throw agentRefusal('composition_digest_malformed', { field: `${at}/${member}` });
  };
  checkDigest(digest, 'digest');
  checkDigest(modelDigest, 'model_digest');
  checkDigest(promptDigest, 'prompt_digest');
  if (model !== undefined) checkText(model, `${at}/model`, 200);
  if (prompt !== undefined) checkText(prompt, `${at}/prompt`, 200);
  for (const [index, tool] of (given.tools ?? []).entries()) checkText(tool, `${at}/tools/${index}`, 200);
  const named = Object.keys(toolDigests ?? {});
  for (const name of named) {
    checkText(name, `${at}/tool_digests`, 200);
    checkDigest(toolDigests?.[name], 'tool_digests');
  }
  const names = sorted([...(given.tools ?? []), ...named]);
  if (names.length > MOST_TOOLS) throw agentRefusal('composition_tools_exceeded', { field: `${at}/tools` });
  const tools = given.tools !== undefined || named.length > 0 ? names : undefined;
  const described = {
    ...{ model, modelDigest, prompt, promptDigest, tools },
    toolDigests:
      named.length === 0 ? undefined : Object.fromEntries(sorted(named).map((name) => [name, toolDigests?.[name]])),
  };
  const members = Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined));
  if (digest === undefined && Object.keys(members).length === 0)
    throw agentRefusal('composition_empty', { field: `${at}/digest` });
  return {
    digest:
      digest ??
      digestOf({
        ...{ model, model_digest: modelDigest, prompt, prompt_digest: promptDigest, tools },
        tool_digests: described.toolDigests,
      }),
    ...members,
  };
};

/**
 * Whether two compositions are the same: one digest, and no member differs that both describe. A request may name only the
 * digest of what was declared in full.
 */
export const isSameComposition = (one: DeclaredComposition | undefined, other: DeclaredComposition): boolean =>
  one !== undefined &&
  one.digest === other.digest &&
  DESCRIBED.every(
    (member) =>
      one[member] === undefined ||
      other[member] === undefined ||
      canonicalJson(one[member]) === canonicalJson(other[member]),
  );

/** Whether `one` says all that `other` says, and in the same way. */
export const saysAsMuch = (one: DeclaredComposition | undefined, other: DeclaredComposition): boolean =>
  one !== undefined &&
  isSameComposition(one, other) &&
  DESCRIBED.every((member) => one[member] !== undefined || other[member] === undefined);

/** The differences from `before` to `after`; none for the same composition. Tools in the order of their names. */
export const compositionChanges = (
  before: DeclaredComposition | undefined,
  after: DeclaredComposition,
): readonly CompositionChange[] => {
  if (before !== undefined && isSameComposition(before, after)) return [];
  const members = (['model', 'prompt'] as const).flatMap((member) =>
    changed({ member }, partOf(before, member), partOf(after, member)),
  );
  const tools = sorted([...(before?.tools ?? []), ...(after.tools ?? [])]).flatMap((name) =>
    changed({ member: 'tool', name }, toolOf(before, name), toolOf(after, name)),
  );
  const all = [...members, ...tools];
  return all.length > 0 ? all : changed({ member: 'whole' }, before?.digest, after.digest);
};

const partOf = (of: DeclaredComposition | undefined, member: 'model' | 'prompt'): string | undefined => {
  const [name, digest] = [of?.[member], of?.[`${member}Digest`]];
  return name !== undefined && digest !== undefined ? `${name} ${digest}` : (digest ?? name);
};

const toolOf = (of: DeclaredComposition | undefined, name: string): string | undefined => {
  if (of?.tools?.includes(name) !== true) return undefined;
  return of.toolDigests && Object.hasOwn(of.toolDigests, name) ? of.toolDigests[name] : name;
};

const changed = (
  what: Pick<CompositionChange, 'member' | 'name'>,
  from: string | undefined,
  to: string | undefined,
): readonly CompositionChange[] =>
  from === to ? [] : [{ ...what, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
