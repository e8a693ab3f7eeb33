import type { AuditLog } from '../../audit/audit-event.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Client } from '../../clients/clients/client.ts';
import { asDocumentClient, type DocumentClient } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { ConsentResult } from '../../ports/interactions.ts';
import type { Revocation } from '../../ports/revocation.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Authorize } from '../decision/authorize.ts';
import type { DelegationRegistry } from '../delegation/delegation-registry.ts';
import { revocation as overStore } from '../revocation/revocation.ts';
import type { TransactionRegistry } from '../transactions/transaction-registry.ts';
import { allowsAllAtApis } from './allowed-rights.ts';
import { askedAgain } from './asked-again.ts';
import { detailsOf, isAskedEachTime } from './asked-details.ts';
import {
  type AskedConsent,
  applyDecision,
  type ConsentForm,
  type ConsentQuestion,
  consentQuestion,
  type DurationSettings,
  requesterId,
} from './consent.ts';
import { actorIn, recordDecision, typesOf } from './consent-events.ts';
import { consentParties, type Lookup, type QuestionParties } from './consent-parties.ts';
import { consentRefusal } from './consent-refusals.ts';
import { earlierConsents } from './earlier-consent.ts';
import { newOwners } from './new-owners.ts';
import { questionDigest } from './question-digest.ts';
import { type AgentLookup, agentOfChoice, candidatesFor, choiceOf } from './re-delegation-choices.ts';
import { ownershipAt, rememberedAnswers } from './remembered-answers.ts';
import { replaceByTyped, statedIntent } from './stated-intent.ts';
import { consentsOfWishes, type WishesDependencies, wishesByAgent, wishesOf } from './wishes.ts';

export type ConsentDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly accounts: Lookup<Account>;
  readonly clients: Lookup<Client>;
  readonly agents: Lookup<Agent> & AgentLookup & WishesDependencies['agents'];
  readonly resourceServers: { findByIdentifier(identifier: string): Promise<Versioned<ResourceServer> | undefined> };
  readonly delegations: Pick<
    DelegationRegistry,
    'recordConsent' | 'consented' | 'suspendedAt' | 'suspendedOf' | 'revoke'
  >;
  readonly transactions: Pick<TransactionRegistry, 'live' | 'confirmIntent' | 'typeIntent'>;
  readonly settings: DurationSettings;
  readonly authorize: Authorize;
  /** Resource indicator of the management API, at which no agent acts for its caller. */
  readonly managementApi?: string;
  /** Stores a client that is a metadata document as it was shown, before the person allows it anything. */
  readonly snapshots?: { keep(client: DocumentClient, until: number): Promise<void> };
  /** Revocation check that includes the kills this process has latched. Default: the kills in the store. */
  readonly revocation?: Revocation;
};

/** Questions to people, and their answers. */
export interface ConsentRegistry {
  /** The question to ask. Throws DomainError 'access_denied' when the account, client or agent is not active. */
  question(asked: AskedConsent): Promise<ConsentQuestion>;
  /**
   * The answer that makes a page unnecessary. A first-party client gets everything, unless the person ended its access.
   * Otherwise it is the person's earlier decision about exactly this question or a larger one. Undefined: ask. Never
   * answers a device flow from memory. An earlier decision that left out a scope or detail of the question answers it only
   * with `acceptsPartial`: a client that names what was left out asks again, one that renews silently does not.
   */
  answeredBefore(asked: AskedConsent, acceptsPartial?: boolean): Promise<ConsentResult | undefined>;
  /** Checks an answer without a change: throws as `allow` would. */
  check(asked: AskedConsent, seen: string, form: ConsentForm): Promise<void>;
  /**
   * Records what a person allowed, in this order: the event, the delegations of an agent, the remembered answer. `seen`
   * is the `questionDigest` of the page that was shown. Throws DomainError 'precondition_failed' when the question has
   * changed since, and as `applyDecision` does.
   */
  allow(asked: AskedConsent, seen: string, form: ConsentForm, by: By): Promise<ConsentResult>;
  /**
   * Records a denial. Earlier consent stays, unless it waited for the person to confirm a new owner. Then it ends. The
   * same question is asked again next time.
   */
  deny(asked: AskedConsent, by: By): Promise<void>;
  /** Whether an administrator set that the client needs no consent, and the person has not decided otherwise. */
  isUnasked(account: string, client: Client): Promise<boolean>;
  /** Makes a first-party client need this person's consent permanently from now on. Idempotent. */
  askFromNowOn(account: string, clientId: string, by: By): Promise<void>;
  /** Forgets all decisions of an account about a client or agent, so that the next request asks again. */
  forget(account: string, clientId: string): Promise<void>;
}

export const consentRegistry = (deps: ConsentDeps): ConsentRegistry => {
  const { documents, clock, audit, agents, resourceServers, delegations, transactions, settings, authorize } = deps;
  const { revocation = overStore({ documents }) } = deps;
  const answers = rememberedAnswers({ documents, clock });
  const asked = askedAgain({ documents, clock });
  const owners = newOwners({ documents, delegations });
  const earlier = earlierConsents({ answers, delegations, revocation });
  const [wishes, partiesIn] = [wishesOf(deps), consentParties(deps)];

  const isUnasked = async (account: string, { id, skipConsent }: Client): Promise<boolean> =>
    skipConsent && !(await asked.has(account, id));

  /** The question as it is now. `delegableTo` names the agents to offer. Absent: offers a selection. */
  const question = async (
    asked: AskedConsent,
    delegableTo?: readonly string[],
    parties?: QuestionParties,
  ): Promise<ConsentQuestion> => {
    const { account, requester, actor, via } = parties ?? (await partiesIn.of(asked));
    const acting = actor ?? (requester.kind === 'agent' ? requester.agent : undefined);
    const found = await Promise.all(
      [...new Set([...Object.keys(asked.resources), ...Object.keys(asked.details ?? {})])].map((one) =>
        resourceServers.findByIdentifier(one),
      ),
    );
    return consentQuestion({
      asked,
      account,
      requester,
      actor,
      via,
      resourceServers: found.flatMap((one) => (one ? [one.document] : [])),
      candidates: requester.kind === 'agent' ? await candidatesFor(agents, requester.agent, delegableTo) : [],
      settings,
      authorize,
      intent: await statedIntent(transactions, asked, requesterId(requester)),
      isNewOwner: acting !== undefined && (await owners.isNew(asked, acting)),
      now: clock.now(),
    });
  };

  /**
   * The page: the question, and below it the wishes of MCP servers for calls by the client. No wishes for an agent,
   * whose delegation is re-delegated hop by hop, nor where a client requests an agent by name.
   */
  const page = async (asked: AskedConsent, delegableTo?: readonly string[]): Promise<ConsentQuestion> => {
    const of = await question(asked, delegableTo);
    if (of.requester.kind !== 'client' || of.actor || of.resources.length === 0) return of;
    const servers = await Promise.all(
      of.resources.map(({ identifier }) => resourceServers.findByIdentifier(identifier)),
    );
    const found = await wishes(
      servers.flatMap((one) => one?.document ?? []),
      { account: of.account, client: of.requester.client, now: clock.now() },
    );
    return found.length === 0 ? of : { ...of, wishes: found };
  };

  const checked = async (asked: AskedConsent, seen: string, form: ConsentForm) => {
    const of = await page(asked, form.delegableTo.agents.map(agentOfChoice));
    const isInOtherHands =
      of.delegableTo?.agents.some((agent) => !form.delegableTo.agents.includes(choiceOf(agent))) === true;
    if (questionDigest(of) !== seen || isInOtherHands) throw consentRefusal('consent_changed');
    return { of, decision: applyDecision(of, form, clock.now()) };
  };

  /**
   * Adds references for the grant to the result: the shown version of the client's metadata document, and the agent
   * that acts through the client.
   */
  const withVersion = async (of: ConsentQuestion, allowed: ConsentResult): Promise<ConsentResult> => {
    const given = { ...allowed, ...ownershipAt(of), ...(of.actor ? { requestedActor: of.actor.id } : {}) };
    const client = of.requester.kind === 'client' ? asDocumentClient(of.requester.client) : undefined;
    if (!client) return given;
    await deps.snapshots?.keep(client, given.expiresAt);
    return { ...given, clientVersion: client.documentVersion };
  };

  return {
    question: async (asked): Promise<ConsentQuestion> => earlier.added(await page(asked)),

    async answeredBefore(asked, acceptsPartial = false): Promise<ConsentResult | undefined> {
      const parties = await partiesIn.of(asked);
      const { account, requester, actor } = parties;
      // An agent that would act for the person always needs consent.
      const needsNone = requester.kind === 'client' && !actor && (await isUnasked(account.id, requester.client));
      // Most people who are asked have not answered this requester before. Then the page alone needs the question.
      const mayRemember = async () => !asked.userCode && (await answers.hasAny(account.id, requesterId(requester)));
      if (!needsNone && !(await mayRemember())) return undefined;
      const of = await question(asked, [], parties);
      if (needsNone) {
        const resources = of.resources.map(({ identifier, scopes }) => [identifier, scopes.map(({ name }) => name)]);
        return {
          openidScopes: of.openidScopes,
          resources: Object.fromEntries(resources),
          ...detailsOf(of),
          expiresAt: clock.now() + settings.maxDurationSeconds,
        };
      }
      if (isAskedEachTime(of)) return undefined;
      for (const found of await answers.to(of)) {
        if (!acceptsPartial && !allowsAllAtApis(of, found)) continue;
        if (await earlier.isEnded(found)) continue;
        const actor = actorIn(of);
        const expiresAt = actor === undefined ? found.expiresAt : await earlier.stillHeld(found, actor.id);
        if (expiresAt === undefined) continue;
        return withVersion(of, {
          openidScopes: found.openidScopes,
          resources: found.resources,
          ...(found.details === undefined ? {} : { details: found.details }),
          expiresAt,
        });
      }
      return undefined;
    },

    async check(asked, seen, form): Promise<void> {
      await checked(asked, seen, form);
    },

    async allow(asked, seen, form, by): Promise<ConsentResult> {
      const { of, decision } = await checked(asked, seen, form);
      const { openidScopes, resources, details, expiresAt, delegableTo } = decision;
      const [only, ...others] = of.resources;
      // Before anything is allowed: what the person typed must not be lost.
      await replaceByTyped(transactions, of, form.ownIntent, by);
      await recordDecision(audit, 'consent.granted', of, by, {
        ...(only && others.length === 0 ? { scopeGiven: resources[only.identifier] ?? [] } : {}),
        inputs: {
          given: resources,
          openidGiven: openidScopes,
          expiresAt,
          delegableTo,
          ...(decision.wishes.length === 0 ? {} : { wishesGiven: wishesByAgent(decision.wishes) }),
          ...typesOf(details, 'detailTypesGiven'),
        },
        ...(details === undefined ? {} : { personal: { details: JSON.stringify(details) } }),
      });
      if (of.txn !== undefined && of.intent && form.ownIntent === undefined) {
        await transactions.confirmIntent(of.txn, of.account.id, of.intent.digest, by);
      }
      const actor = actorIn(of);
      if (actor) {
        for (const { identifier, scopes, details: shown } of of.resources) {
          await delegations.recordConsent({
            subject: of.account.id,
            actor: actor.id,
            resource: identifier,
            via: of.via?.id,
            asked: scopes.map(({ name }) => name),
            scope: resources[identifier] ?? [],
            askedDetails: shown.map(({ detail }) => detail),
            details: details?.[identifier] ?? [],
            expiresAt,
            delegableTo,
            ownership: ownershipOf(actor),
            by: by.caller,
            request: by.request,
          });
        }
      }
      // Wishes are shown only on the page of a client.
      if (of.requester.kind === 'client') {
        const about = { subject: of.account.id, client: of.requester.client.id, now: clock.now(), expiresAt };
        for (const one of consentsOfWishes(decision.wishes, about)) {
          await delegations.recordConsent({ ...one, by: by.caller, request: by.request });
        }
      }
      const given = await withVersion(of, {
        openidScopes,
        resources,
        ...(details === undefined ? {} : { details }),
        expiresAt,
      });
      // The person answers a page each time if they reached it by a code on another device or by an agent's link.
      if (asked.redirectUri !== undefined && !isAskedEachTime(of)) await answers.keep(of, decision);
      return given;
    },

    async deny(asked, by): Promise<void> {
      const of = await question(asked, []);
      await recordDecision(audit, 'consent.denied', of, by, { error: 'access_denied' });
      const actor = actorIn(of);
      const suspended = actor && of.isNewOwner ? await owners.suspendedIn(asked, actor.id) : [];
      for (const id of suspended) await delegations.revoke(id, by.caller, by.request);
      await answers.drop(of);
    },

    isUnasked,

    async askFromNowOn(account, clientId, by): Promise<void> {
      await audit.append({
        type: 'consent.asked_again',
        outcome: 'done',
        subject: account,
        caller: by.caller,
        target: { kind: 'client', id: clientId },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      });
      await asked.keep(account, clientId);
    },

    forget: answers.forget,
  };
};
