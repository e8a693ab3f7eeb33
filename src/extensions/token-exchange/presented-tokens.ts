import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { IssuedToken } from '../../domain/ports/issued-tokens.ts';
import type { SignIn } from '../../domain/ports/sign-ins.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { JWT_TYPE, type PresentedToken } from './parameters.ts';
import type { Refuse } from './refusals.ts';
import { acceptSignIn, isSignInType } from './sign-in.ts';

export type AcceptedSubjectToken = {
  readonly token: IssuedToken & { readonly subject: string };
  readonly account: Account;
  /**
   * How the caller received the token (decision D3, decision 14). It was issued to the caller; or the caller is registered as
   * the resource server in its audience; or it names the caller as its actor.
   */
  readonly received: 'issued_to_caller' | 'as_resource_server' | 'named_by_may_act';
};

/**
 * The subject token, if the caller may use it. It must be live, about an active person, and received in one of the ways of
 * `AcceptedSubjectToken`. One that is bound to a key or certificate keeps its binding (RFC 8693 §2.1, RFC 9449 §6, RFC 8705 §3).
 *
 * A token issued to the caller needs a proof by its own key (continuation). A token from another party is bound to a key the
 * caller cannot have. The caller must then prove a key of its own, to which the new token is bound (rebind). In neither case
 * does a bound token become a Bearer token.
 */
export const acceptSubjectToken = async (
  dependencies: TokenExchangeDependencies,
  refuse: Refuse,
  agent: Agent,
  caller: Caller,
  presented: PresentedToken,
  /** `isForInstance`: for a token issued to the caller, a proof by any key of the caller is enough: that of another instance. */
  { isForInstance = false } = {},
): Promise<AcceptedSubjectToken> => {
  const { tokens, accounts, resourceServers } = dependencies;
  const token = isSignInType(presented.type)
    ? issuedAs(await acceptSignIn(dependencies, refuse, agent, caller, presented))
    : await tokens.find(presented.value);
  if (!token) {
    await noteWhatEndedIt(tokens, caller, presented);
    throw refuse('subject_token_not_live');
  }
  if (presented.type === JWT_TYPE && token.format !== 'jwt') throw refuse('subject_token_type_mismatch');
  const received = await howReceived(token, agent, resourceServers);
  if (!received) throw refuse('subject_token_not_for_caller');
  // One approval gives one token. An exchange would make further ones, as often as the holder likes (invariant 1).
  if (token.approval !== undefined && received === 'issued_to_caller') throw refuse('subject_token_of_approval');
  // The last check, so that the caller learns nothing about a token that was not meant for it.
  const { subject } = token;
  if (subject === undefined) throw refuse('subject_token_without_person');
  if (!holdsKeyOf(token, received, caller, isForInstance)) throw refuse('subject_token_proof_missing');
  const account = (await accounts.get(subject))?.document;
  if (account?.state !== 'active') throw refuse('subject_not_active');
  return { token: { ...token, subject }, account, received };
};

/** Whether the caller proved the key that the token is bound to; for a token from another party, any key of its own. */
export const holdsKeyOf = (
  { jkt, x5t }: Pick<IssuedToken, 'jkt' | 'x5t'>,
  received: AcceptedSubjectToken['received'],
  { dpopThumbprint, certificateThumbprint }: Pick<Caller, 'dpopThumbprint' | 'certificateThumbprint'>,
  isForInstance = false,
): boolean => {
  if (jkt === undefined && x5t === undefined) return true;
  if (received !== 'issued_to_caller' || isForInstance) {
    return dpopThumbprint !== undefined || certificateThumbprint !== undefined;
  }
  return jkt === undefined ? certificateThumbprint === x5t : dpopThumbprint === jkt;
};

/**
 * Checks an actor token. It may only repeat the identity that client authentication has proved (RFC 8693 §2.1). Leaving it
 * out changes nothing (invariant 3).
 */
export const checkActorToken = async (
  { tokens }: Pick<TokenExchangeDependencies, 'tokens'>,
  refuse: Refuse,
  agent: Agent,
  caller: Caller,
  presented: PresentedToken,
): Promise<void> => {
  const token = await tokens.find(presented.value);
  if (!token || (presented.type === JWT_TYPE && token.format !== 'jwt')) throw refuse('actor_token_not_live');
  const isOwn = token.clientId === agent.id && token.subject === undefined && token.chain === undefined;
  if (!isOwn) throw refuse('actor_token_not_of_caller');
  if (token.jkt !== undefined && token.jkt !== caller.dpopThumbprint) throw refuse('actor_token_proof_missing');
  if (token.x5t !== undefined && token.x5t !== caller.certificateThumbprint) throw refuse('actor_token_proof_missing');
};

/** A sign-in, as a token without scope of its own. The authority that the person gave the agent decides. */
const issuedAs = ({ openidScopes: _, ...signIn }: SignIn): IssuedToken => ({ ...signIn, format: 'opaque', scope: [] });

/** For the audit log only: a caller with a dead token learns only that it is dead. */
const noteWhatEndedIt = async (
  tokens: TokenExchangeDependencies['tokens'],
  caller: Caller,
  presented: PresentedToken,
): Promise<void> => {
  const found = await tokens.endOf(presented.value);
  if (!found) return;
  const { token, end } = found;
  caller.note({
    ...(token.subject ? { subject: token.subject } : {}),
    ...(token.grant ? { grant: token.grant } : {}),
    ...(token.delegation ? { delegation: token.delegation } : {}),
    ...(token.txn ? { txn: token.txn } : {}),
    inputs: { subjectToken: { id: token.id, clientId: token.clientId, end } },
  });
};

/** How the caller may have received a token (decision D3, decision 14); undefined: in none of these ways. */
export const howReceived = async (
  token: IssuedToken,
  agent: Agent,
  resourceServers: TokenExchangeDependencies['resourceServers'],
): Promise<AcceptedSubjectToken['received'] | undefined> => {
  if (token.clientId === agent.id) return 'issued_to_caller';
  // Only the actor that the person named (RFC 8693 §4.4).
  if (token.mayAct !== undefined) return token.mayAct === agent.id ? 'named_by_may_act' : undefined;
  if (token.audience === undefined || agent.resourceServers.length === 0) return undefined;
  const server = (await resourceServers.findByIdentifier(token.audience))?.document;
  const isRegistered = server?.state === 'active' && agent.resourceServers.includes(server.id);
  return isRegistered ? 'as_resource_server' : undefined;
};
