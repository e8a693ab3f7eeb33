/** The credentials of an agent on its page, and what the viewer may do with them. */
import type { CredentialModel } from '../../../views/pages/console-agent-facts.ts';
import type { ObjectLink } from '../../../views/partials/object-page.ts';
import { agentFactWords as words } from '../../../views/words/console-agent.ts';
import { staticSecretWords } from '../../../views/words/static-secrets.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { type Credential, credentialsOf, isUsable, ofKind } from '../../domain/clients/agents/credential.ts';
import { effectiveAgent } from '../../domain/clients/agents/effective-agent.ts';
import type { Blueprint } from '../../domain/clients/blueprints/blueprint.ts';
import type { Standing } from './agent-standing.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { agentHref, type ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** The page about its secret. None while a rotated secret still ends. */
const secretLinks = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  agent: Agent,
): readonly ObjectLink[] => {
  const href = agentHref(deps, agent.id);
  const usable = ofKind(credentialsOf(agent), 'secret').filter((one) => isUsable(one, deps.clock.now()));
  if (usable.length > 0) {
    return usable.length === 1 && calls.may('rotateAgentSecret', account)
      ? [{ text: staticSecretWords.rotate, href: `${href}/rotate-secret` }]
      : [];
  }
  const isOwned = agent.state === 'active' || agent.state === 'suspended';
  return isOwned && calls.may('allowAgentSecret', account)
    ? [{ text: staticSecretWords.allow, href: `${href}/secret` }]
    : [];
};

/** The pages on which the viewer gives the agent a credential. */
export const credentialLinks = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  agent: Agent,
  standing: Standing,
): readonly ObjectLink[] =>
  standing.changes && standing.givesCredentials && agent.state !== 'retired'
    ? [
        { text: words.addKeys, href: `${agentHref(deps, agent.id)}/credentials/new` },
        ...secretLinks(deps, calls, viewer, agent),
      ]
    : [];

export const credentialModels = (
  deps: ConsoleDeps,
  agent: Agent,
  blueprint: Blueprint | undefined,
  uses: ReadonlyMap<string, number>,
  { changes, givesCredentials }: Standing,
): readonly CredentialModel[] => {
  const allowed = new Set(credentialsOf(effectiveAgent(agent, blueprint).agent).map(({ id }) => id));
  const now = deps.clock.now();
  return credentialsOf(agent).map((credential, index, all): CredentialModel => {
    const newer = newerKeys(credential, all[index - 1], now);
    const lastUsedAt = uses.get(credential.id);
    return {
      id: credential.id,
      ...(credential.name === undefined ? {} : { name: credential.name }),
      kind: words.kinds[credential.kind],
      state: credential.state,
      facts: factsOf(credential),
      createdAt: credential.createdAt,
      ...(credential.expiresAt === undefined ? {} : { expiresAt: credential.expiresAt }),
      ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      isAllowed: allowed.has(credential.id),
      ...(newer === undefined ? {} : { replacedBy: newer }),
      ...(changes && agent.state !== 'retired'
        ? {
            actions: credentialActions(deps, agent.id, credential, {
              givesCredentials,
              isReplaced: newer !== undefined,
            }),
          }
        : {}),
    };
  });
};

/** Of keys that end because a rotation replaced them: the id of the newer ones. A rotation puts these directly before the old ones. */
const newerKeys = (old: Credential, before: Credential | undefined, now: number): string | undefined =>
  old.kind === 'jwks' &&
  old.expiresAt !== undefined &&
  isUsable(old, now) &&
  before?.kind === 'jwks' &&
  isUsable(before, now) &&
  before.createdAt > old.createdAt
    ? before.id
    : undefined;

const credentialActions = (
  deps: Pick<ConsoleDeps, 'basePath' | 'clock'>,
  agent: string,
  credential: Credential,
  { givesCredentials, isReplaced }: { readonly givesCredentials: boolean; readonly isReplaced: boolean },
): NonNullable<CredentialModel['actions']> => {
  const { id, state, kind } = credential;
  const href = `${agentHref(deps, agent)}/credentials/${id}`;
  const rotates = !isReplaced && givesCredentials && kind === 'jwks' && isUsable(credential, deps.clock.now());
  return {
    ...(state === 'active' && !isReplaced ? { stop: `${href}/stop` } : {}),
    ...(state === 'suspended' && givesCredentials ? { resume: `${href}/resume` } : {}),
    ...(rotates ? { rotate: `${href}/rotate` } : {}),
    remove: `${href}/remove`,
  };
};

/** Members that the page shows elsewhere, and the digest of a secret, which it never shows. */
const COMMON: readonly string[] = [
  ...['id', 'name', 'state', 'kind', 'createdAt', 'expiresAt', 'toldAt', 'jwks'],
  'secretHash',
];

/** Facts of a credential of any kind: its keys, and its members that are text or a rule made of texts. */
const factsOf = (credential: Credential): CredentialModel['facts'] => {
  const keys = 'jwks' in credential ? (credential.jwks?.keys ?? []) : [];
  return [
    ...keys.map(({ kid, kty, alg }): CredentialModel['facts'][number] => [
      words.facts.key,
      [kid, alg ?? kty].filter(Boolean).join(', '),
    ]),
    ...Object.entries(credential)
      .filter(([name]) => !COMMON.includes(name))
      .map(([name, value]: readonly [string, unknown]): CredentialModel['facts'][number] => [
        name in words.facts ? words.facts[name as keyof typeof words.facts] : name,
        textOf(value),
      ]),
  ];
};

const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([name, one]) => `${name}: ${textOf(one)}`)
          .join(', ')
      : String(value);
