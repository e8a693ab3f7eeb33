import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { DelegationRegistry } from '../delegation/delegation-registry.ts';
import type { AskedConsent } from './consent.ts';
import { CONSENTS, type RememberedConsent } from './remembered-consent.ts';

/** The rights that a person allowed an agent under a former owner, as far as a question of consent needs them. */
export interface NewOwners {
  /**
   * Whether the person allowed the acting agent something before it changed owner, at this or another resource, and
   * nothing since.
   */
  isNew(asked: AskedConsent, agent: Pick<Agent, 'id' | 'ownership'>): Promise<boolean>;
  /** Ids of the delegations that wait for the person to confirm the new owner, at the resources in question. */
  suspendedIn(asked: AskedConsent, agent: string): Promise<readonly string[]>;
}

export const newOwners = ({
  documents,
  delegations,
}: {
  readonly documents: DocumentStore;
  readonly delegations: Pick<DelegationRegistry, 'suspendedAt' | 'suspendedOf'>;
}): NewOwners => {
  const consents = documents.collection<RememberedConsent>(CONSENTS);

  return {
    async isNew({ account, clientId }, agent): Promise<boolean> {
      const { id } = agent;
      // An agent that has had one owner only: no delegation of it waits for the person.
      if (ownershipOf(agent) === 0) return false;
      if ((await delegations.suspendedOf(account, id)).length > 0) return true;
      // A sign-in alone has no delegation, only a remembered answer.
      if (clientId !== id) return false;
      const found = await consents.find({ where: { account, clientId }, limit: 100 });
      return found.length > 0 && found.every(({ document }) => ownershipOf(document) !== ownershipOf(agent));
    },

    async suspendedIn({ account, resources, details, via }, agent): Promise<readonly string[]> {
      const asked = new Set([...Object.keys(resources), ...Object.keys(details ?? {})]);
      const found = await Promise.all([...asked].map((one) => delegations.suspendedAt(account, agent, one, via)));
      return found.flatMap((delegation) => delegation?.id ?? []);
    },
  };
};
