/** Which witnesses must have cosigned a checkpoint (C2SP tlog-policy). */
import { type CosignatureVerifier, type Cosigned, cosignatureVerifier } from './cosignature.ts';
import { type NoteVerifier, noteVerifier } from './signed-note.ts';

/** Longest text that is read, in characters, and most lines of each kind. A reader must accept 32 of each. */
const MOST_CHARACTERS = 65_536;
const MOST_OF_A_KIND = 64;

/** A witness or a group: whether these witnesses are enough for it. */
type Rule = (cosigned: ReadonlySet<string>) => boolean;

export type WitnessPolicy = {
  /** A checkpoint of any of them is accepted. Empty: the log is known otherwise. */
  readonly logs: readonly NoteVerifier[];
  /** By the name that the policy gives them. */
  readonly witnesses: ReadonlyMap<string, CosignatureVerifier>;
  /** Of witnesses whose line has one. */
  readonly urls: ReadonlyMap<string, string>;
  /** Whether the quorum has cosigned, given the names of those that did. */
  readonly isMet: Rule;
};

/** What a policy says of a checkpoint; names as in the policy. */
export type PolicyVerdict = {
  readonly isMet: boolean;
  readonly cosigned: readonly { readonly name: string; readonly at: number }[];
  readonly absent: readonly string[];
  /** Their signatures do not verify. */
  readonly wrong: readonly string[];
};

const fail = (line: number, problem: string): never => {
  throw new TypeError(`line ${line}: ${problem}`);
};

/** Reads `read` of a key; a TypeError names the line. */
const keyOf = <T>(line: number, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    return fail(line, (error as Error).message);
  }
};

/** Reads a policy. Throws TypeError that names the line when the text is none. */
export const parsePolicy = (text: string): WitnessPolicy => {
  if (text.length > MOST_CHARACTERS) throw new TypeError(`the policy has more than ${MOST_CHARACTERS} characters`);
  const logs = new Map<string, NoteVerifier>();
  const witnesses = new Map<string, CosignatureVerifier>();
  const urls = new Map<string, string>();
  const rules = new Map<string, Rule>();
  const members = new Set<string>();
  let quorum: Rule | undefined;

  const define = (line: number, name: string, rule: Rule): void => {
    if (name === '' || name === 'none' || rules.has(name)) fail(line, `the name "${name}" is taken or not allowed`);
    if (rules.size === 2 * MOST_OF_A_KIND) fail(line, 'there are too many witnesses and groups');
    rules.set(name, rule);
  };
  const defined = (line: number, name: string): Rule =>
    rules.get(name) ?? fail(line, `no line above defines "${name}"`);

  const group = (line: number, [name = '', threshold = '', ...names]: readonly string[]): void => {
    const parts = names.map((one) => defined(line, one));
    for (const one of names) {
      if (members.has(one)) fail(line, `"${one}" is a member of two groups`);
      members.add(one);
    }
    const least = threshold === 'all' ? parts.length : threshold === 'any' ? 1 : Number(threshold);
    const isCount = /^(?:all|any|[1-9]\d{0,3})$/.test(threshold) && least >= 1 && least <= parts.length;
    if (!isCount) fail(line, `"${threshold}" is no number of members`);
    define(line, name, (cosigned) => parts.filter((rule) => rule(cosigned)).length >= least);
  };

  for (const [at, content] of text.split('\n').entries()) {
    const line = at + 1;
    const [word, ...rest] = content.split(/[ \t]+/).filter((one) => one !== '');
    const [first = '', second = '', third] = rest;
    if (word === undefined || word.startsWith('#')) continue;
    if (word === 'log' && (rest.length === 1 || rest.length === 2)) {
      const verifier = keyOf(line, () => noteVerifier(first));
      const key = first.slice(first.lastIndexOf('+'));
      if (logs.has(key) || logs.size === MOST_OF_A_KIND) fail(line, 'the log is there twice, or there are too many');
      logs.set(key, verifier);
    } else if (word === 'witness' && (rest.length === 2 || rest.length === 3)) {
      const verifier = keyOf(line, () => cosignatureVerifier(second));
      if ([...witnesses.values()].some(({ key }) => key.equals(verifier.key))) fail(line, 'the witness is there twice');
      define(line, first, (cosigned) => cosigned.has(first));
      witnesses.set(first, verifier);
      if (third !== undefined) urls.set(first, third);
    } else if (word === 'group' && rest.length >= 3) group(line, rest);
    else if (word === 'quorum' && rest.length === 1 && !quorum) {
      quorum = first === 'none' ? () => true : defined(line, first);
    } else fail(line, 'this is no line of a policy, or a second quorum');
  }
  if (!quorum) throw new TypeError('the policy has no quorum line');
  return { logs: [...logs.values()], witnesses, urls, isMet: quorum };
};

/** What the witnesses of a policy have signed on a note. Does not verify the signature of the log. */
export const judged = (note: string, { witnesses, isMet }: WitnessPolicy): PolicyVerdict => {
  const found = [...witnesses].map(([name, verifier]) => ({ name, cosigned: verifier.read(note) }));
  const named = (state: Cosigned['state']): readonly string[] =>
    found.filter(({ cosigned }) => cosigned.state === state).map(({ name }) => name);
  return {
    isMet: isMet(new Set(named('cosigned'))) && named('wrong').length === 0,
    cosigned: found.flatMap(({ name, cosigned }) => (cosigned.state === 'cosigned' ? [{ name, at: cosigned.at }] : [])),
    absent: named('absent'),
    wrong: named('wrong'),
  };
};

/** Why a note does not satisfy a policy, as a sentence for people; undefined when it does. */
export const policyProblem = (note: string, policy: WitnessPolicy): string | undefined =>
  problemOf(judged(note, policy));

/** The same for a verdict. */
export const problemOf = ({ isMet, cosigned, absent, wrong }: PolicyVerdict): string | undefined => {
  if (isMet) return undefined;
  if (wrong.length > 0) return `The cosignature of witness ${wrong.join(', ')} does not verify: it was changed.`;
  const by = cosigned.length === 0 ? 'no witness of the policy' : cosigned.map(({ name }) => name).join(', ');
  return `The checkpoint lacks the quorum of the policy: ${by} cosigned it, and ${absent.join(', ')} did not.`;
};
