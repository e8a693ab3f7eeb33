import { isDeclared } from '../../domain/authority/transactions/transaction.ts';
import type { Instance } from '../../domain/clients/instances/instance.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { FamilyToMint, TokenRequest } from '../extension.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import { activeAgent } from './exchange.ts';
import { REFRESH_TYPE, readFamilyParameters } from './parameters.ts';
import { acceptSubjectToken } from './presented-tokens.ts';
import { type Refuse, refusals } from './refusals.ts';

/** A caller with the key of an instance. */
type InstanceCaller = Caller & Pick<TokenRequest, 'instance'>;

/**
 * Decides about a refresh token by exchange (RFC 8693 §2.2.1). An instance of an agent presents an access token from an
 * authorization of the agent. The key identifies the instance. It is a started one, or with DPoP a new one, which this
 * starts. Throws DomainError with a `denial` for every refusal.
 */
export const refreshFamily = (dependencies: TokenExchangeDependencies) => {
  const { grants, identifiers } = dependencies;
  const refuse = refusals(identifiers);

  return async (caller: InstanceCaller, values: (parameter: string) => readonly string[]): Promise<FamilyToMint> => {
    if (!caller.isAgent) throw refuse('caller_not_an_agent');
    const presented = readFamilyParameters(values, refuse);
    const agent = await activeAgent(dependencies, refuse, caller);
    if (!agent.grantTypes.includes('refresh_token')) {
      throw refuse('grant_type_not_registered', { text: 'the agent is not registered for refresh tokens' });
    }
    const { token, received } = await acceptSubjectToken(dependencies, refuse, agent, caller, presented, {
      isForInstance: true,
    });
    caller.note({ subject: token.subject, ...(token.grant ? { grant: token.grant } : {}) });
    const grant = token.grant === undefined ? undefined : await grants.get(token.grant);
    // A refresh token would outlive the transaction of this token.
    if (isDeclared(token.txn)) {
      caller.note({ txn: token.txn });
      throw refuse('transaction_without_refresh');
    }
    const isOwn = received === 'issued_to_caller' && grant?.clientId === agent.id && grant.account === token.subject;
    if (!isOwn) throw refuse('authorization_not_own');
    const instance = (await caller.instance()) ?? (await started(dependencies, refuse, caller));
    caller.note({ instance: instance.id });
    return {
      subject: token.subject,
      grant: grant.id,
      instance,
      parent: token.id,
      issuedTokenType: REFRESH_TYPE,
    };
  };
};

/** The instance whose key signed the DPoP proof; starts it for a new key. */
const started = async (
  { instances }: Pick<TokenExchangeDependencies, 'instances'>,
  refuse: Refuse,
  { clientId, dpopThumbprint, id }: InstanceCaller,
): Promise<Instance> => {
  if (dpopThumbprint === undefined) throw refuse('instance_not_proven');
  try {
    const by = { caller: clientId, request: id };
    return (await instances.start(clientId, { thumbprint: dpopThumbprint }, by)).document;
  } catch (error) {
    if (!isDomainError(error) || (error.code !== 'conflict' && error.code !== 'invalid_field')) throw error;
    throw refuse('instance_not_startable', { text: error.message, cause: error });
  }
};
