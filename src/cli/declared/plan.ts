/**
 * What has to change on a server so that it is as the files declare. Reads only. Each step carries the version that it was
 * compared with, so that a change by another caller in between is refused and not overwritten.
 */
import { CommandError, isCommandError } from '../command.ts';
import type { Json, ManagementClient } from '../management-client.ts';
import type { Declaration, Declarations } from './files.ts';
import { DECLARED_KINDS, type DeclaredKind, declaredObjects, inState } from './kinds.ts';

export type Step = {
  readonly sign: '+' | '~' | '-';
  /** `client Portal` */
  readonly what: string;
  /** One for each member that differs. */
  readonly differences: readonly Difference[];
  /** Makes the change. Returns the secret of a new object, if it has one. */
  readonly run: () => Promise<Secret | undefined>;
};

export type Difference = { readonly member: string; readonly before: unknown; readonly after: unknown };
export type Secret = { readonly id: string; readonly secret: string };

/** The steps in the order in which they are possible. Throws CommandError that names the file of a wrong declaration. */
export const planned = async (
  api: ManagementClient,
  declarations: Declarations,
  { prune }: { readonly prune: boolean },
): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  const pruned: Step[] = [];
  for (const kind of DECLARED_KINDS) {
    const declared = declarations.declared.filter((one) => one.kind === kind);
    if (!declarations.folders.has(kind.folder)) continue;
    const found = await declaredObjects(kind, api);
    for (const declaration of declared) {
      steps.push(...(await stepsFor(api, declarations, declaration, found)));
    }
    if (prune) pruned.unshift(...prunedSteps(api, kind, declared, found));
  }
  const policy = declarations.policy === undefined ? [] : await policySteps(api, declarations.policy);
  return [...steps, ...policy, ...pruned];
};

const stepsFor = async (
  api: ManagementClient,
  { declared }: Declarations,
  { kind, file, members }: Declaration,
  found: readonly Json[],
): Promise<readonly Step[]> => {
  const about = `${kind.singular} ${String(members[kind.identity])}`;
  const [one, ...others] = found.filter((item) => item[kind.identity] === members[kind.identity]);
  if (others.length > 0) {
    const ids = [one, ...others].map((item) => String(item?.['id'])).join(', ');
    throw new CommandError(`${file}: several have the ${kind.identity} ${String(members[kind.identity])}: ${ids}.`, {
      hint: `Give them different names, or remove the file.`,
    });
  }
  const apis = new Set(declared.map((other) => other.members['identifier']));
  const wanted = await withIds(api, { kind, file, members }, (name) => apis.has(name));
  return one ? changed(api, { kind, file, about, wanted }, String(one['id'])) : created(api, kind, about, wanted);
};

/** Names of the file as ids of this server. The name of an API that the files declare stays until that API exists. */
const withIds = async (
  api: ManagementClient,
  { kind, file, members }: Declaration,
  isDeclared: (name: string) => boolean,
): Promise<Json> => {
  const ids: Record<string, unknown> = { ...members };
  for (const [member, { idOf }] of Object.entries(kind.references)) {
    const name = members[member];
    if (typeof name !== 'string') continue;
    try {
      ids[member] = await idOf(api, name, members);
    } catch (error) {
      if (!isCommandError(error)) throw error;
      if (isDeclared(name)) continue;
      throw new CommandError(`${file}: ${member}: ${error.message}`, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      });
    }
  }
  return ids;
};

/** The members to send, with the ids of APIs that an earlier step made. */
const sent = async (api: ManagementClient, { references }: DeclaredKind, members: Json): Promise<Json> => {
  const ids: Record<string, unknown> = { ...members };
  for (const [member, { idOf }] of Object.entries(references)) {
    const name = members[member];
    if (typeof name === 'string') ids[member] = await idOf(api, name, members);
  }
  return ids;
};

const created = (api: ManagementClient, kind: DeclaredKind, what: string, wanted: Json): readonly Step[] => {
  const { state = kind.first, ...members } = wanted;
  const body = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
  const run = async (): Promise<Secret | undefined> => {
    const { body: made, etag } = await api.run(kind.create, { body: await sent(api, kind, body) });
    const id = String(made['id']);
    if (state !== kind.first) await toState(api, kind, { id, etag, state: String(state) });
    const secret = made['client_secret'] ?? made['secret'];
    return typeof secret === 'string' ? { id, secret } : undefined;
  };
  return [{ sign: '+', what, differences: differencesOf({}, { ...body, state }), run }];
};

type Change = { readonly kind: DeclaredKind; readonly file: string; readonly about: string; readonly wanted: Json };

const changed = async (
  api: ManagementClient,
  { kind, file, about, wanted }: Change,
  id: string,
): Promise<readonly Step[]> => {
  const { body: read, etag } = await api.run(kind.read, { id });
  const current = inState(kind, read, wanted['state']);
  const differences = differencesOf(current, wanted);
  if (differences.length === 0) return [];
  const fixed = differences.find(({ member }) => kind.fixed.includes(member));
  if (fixed) {
    throw new CommandError(
      `${file}: ${fixed.member} cannot change. It is ${short(fixed.before)}, and the file has ${short(fixed.after)}.`,
      { hint: `Restore the value, or declare another ${kind.singular}.` },
    );
  }
  const { state = kind.folder === 'blueprints' ? current['state'] : undefined } = wanted;
  const isOtherState = state !== undefined && current['state'] !== state;
  const hasOtherCeilings = differences.some(({ member }) => member === 'ceilings');
  if (hasOtherCeilings && state === 'deprecated') {
    throw new CommandError(`${file}: a deprecated blueprint keeps its ceilings.`, {
      hint: 'Restore the ceilings, or set the state to active.',
    });
  }
  // Ceilings are written to a draft, which has an effect only once it is active.
  const leads = !kindChanges(kind, state) && (isOtherState || hasOtherCeilings);
  const isByChange = kindChanges(kind, state) && kind.folder !== 'blueprints';
  const patched = differences.filter(({ member }) => member !== 'state' || isByChange);
  const run = async (): Promise<undefined> => {
    let version = etag;
    if (patched.length > 0) {
      const body = await sent(api, kind, Object.fromEntries(patched.map(({ member, after }) => [member, after])));
      version = (await api.run(kind.change, { id, etag, body } as never)).etag;
    }
    if (leads) await toState(api, kind, { id, etag: version, state: String(state) });
    return undefined;
  };
  return [{ sign: '~', what: about, differences, run }];
};

const kindChanges = (kind: DeclaredKind, state: unknown): boolean => kind.states[String(state)] === 'change';

const toState = async (
  api: ManagementClient,
  kind: DeclaredKind,
  { id, etag, state }: { readonly id: string; readonly etag: string | undefined; readonly state: string },
): Promise<void> => {
  const operation = kind.states[state];
  if (operation === 'change') {
    if (kind.folder !== 'blueprints') await api.run(kind.change, { id, etag, body: { state } } as never);
  } else if (operation !== undefined) {
    await api.run(operation, { id, ...(operation === 'activateBlueprint' ? { etag } : {}) });
  }
};

const prunedSteps = (
  api: ManagementClient,
  kind: DeclaredKind,
  declared: readonly Declaration[],
  found: readonly Json[],
): readonly Step[] => {
  const kept = new Set(declared.map(({ members }) => members[kind.identity]));
  return found
    .filter((item) => !kept.has(item[kind.identity]) && item['state'] !== kind.pruned)
    .map((item) => ({
      sign: '-' as const,
      what: `${kind.singular} ${String(item[kind.identity])}`,
      differences: [{ member: 'state', before: item['state'], after: kind.pruned }],
      run: async () => {
        const id = String(item['id']);
        const { etag } = await api.run(kind.read, { id });
        await toState(api, kind, { id, etag, state: kind.pruned });
        return undefined;
      },
    }));
};

const policySteps = async (api: ManagementClient, text: string): Promise<readonly Step[]> => {
  const { body: active } = await api.run('getPolicySet', { id: 'active' });
  if (active['text'] === text) return [];
  const { body: checked } = await api.run('validatePolicies', { body: { text } });
  const error = ((checked['findings'] ?? []) as readonly Json[]).find(({ severity }) => severity === 'error');
  if (error) {
    throw new CommandError(`policy.cedar:${String(error['line'] ?? 1)}: ${String(error['message'])}`, {
      hint: '`behalf policy schema` shows what policies can speak of.',
    });
  }
  const run = async (): Promise<undefined> => {
    const { body: draft, etag } = await api.run('createPolicySet', { body: { text } });
    const body = { replaces: active['version'] };
    await api.run('activatePolicySet', { id: String(draft['id']), etag, body });
    return undefined;
  };
  return [
    {
      sign: '~',
      what: 'policies',
      differences: [{ member: 'text', before: `version ${String(active['version'])}`, after: 'policy.cedar' }],
      run,
    },
  ];
};

/** The members of `wanted` that `current` has otherwise. Null stands for a member that is absent. */
const differencesOf = (current: Json, wanted: Json): readonly Difference[] =>
  Object.entries(wanted)
    .filter(([member, after]) => canonical(current[member]) !== canonical(after))
    .map(([member, after]) => ({ member, before: current[member], after }));

/** Text that is equal for equal values: members of objects in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

const MOST = 60;

/** A value in a line of a preview. */
export const short = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
};
