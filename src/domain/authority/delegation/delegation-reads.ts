import type { Cursor } from '../../ports/document-store.ts';
import type { Delegation } from './delegation.ts';
import type { DelegationFilter, DelegationList } from './delegation-changes.ts';
import type { DelegationSlots } from './delegation-slots.ts';

/** Finds delegations and reports which are live. Changes nothing. */
export interface DelegationReads {
  /** The delegation, live or not. */
  get(id: string): Promise<Delegation | undefined>;
  /**
   * The delegation if it and all its ancestors are active and unexpired, narrowed to what the ancestors hold now. A
   * token is valid only while the delegation it names is live and still holds the token's scope.
   */
  live(id: string): Promise<Delegation | undefined>;
  /**
   * The live first hop: what the person allows `actor` to do at `resource`. With `via`: what the person allows when
   * that client calls the agent. Neither replaces the other (decision 21).
   */
  consented(subject: string, actor: string, resource: string, via?: string): Promise<Delegation | undefined>;
  /**
   * The live delegation with the same subject, calling client and actors, hop by hop, at another resource: what the
   * holder of `delegation` may do there. A hop keeps the resource, so below a first hop the parents differ too.
   */
  sibling(delegation: Delegation, resource: string): Promise<Delegation | undefined>;
  /**
   * Lists delegations of a subject, an actor, or both, newest first. Those of a subject can also be listed by calling
   * client. `next` is present when there may be more.
   */
  list(query: DelegationList): Promise<{
    readonly items: readonly Delegation[];
    readonly next?: Cursor;
  }>;
  /**
   * The newest live delegations of a filter: at most `most`, among at most `mostRead` stored ones, ended ones included.
   * `isWhole`: there are no others. `read`: how many stored ones were read.
   */
  newestLive(
    filter: DelegationFilter,
    bounds: { readonly most: number; readonly mostRead: number },
  ): Promise<{ readonly items: readonly Delegation[]; readonly isWhole: boolean; readonly read: number }>;
}

/** Delegations read in one query of a bounded search. */
const AT_A_TIME = 200;

export const delegationReads = ({
  slots,
  asTheyStand,
}: {
  readonly slots: Pick<DelegationSlots, 'delegations' | 'effectiveNow' | 'at'>;
  readonly asTheyStand: (all: readonly Delegation[]) => Promise<readonly Delegation[]>;
}): DelegationReads => {
  const { delegations, effectiveNow, at } = slots;

  const reads: DelegationReads = {
    async get(id): Promise<Delegation | undefined> {
      const found = await delegations.get(id);
      return found && (await asTheyStand([found.document]))[0];
    },

    async live(id): Promise<Delegation | undefined> {
      return effectiveNow((await delegations.get(id))?.document);
    },

    async consented(subject, actor, resource, via): Promise<Delegation | undefined> {
      return at(subject, null, actor, resource, via);
    },

    async sibling(delegation, resource): Promise<Delegation | undefined> {
      if (delegation.resource === resource) return reads.live(delegation.id);
      const above = delegation.ancestors.length === 0 ? [] : await delegations.getMany(delegation.ancestors);
      if (above.length !== delegation.ancestors.length) return undefined;
      const actors = [delegation.actor, ...above.map(({ document }) => document.actor)].reverse();
      let found: Delegation | undefined;
      for (const actor of actors) {
        found = await at(delegation.subject, found?.id ?? null, actor, resource, delegation.via);
        if (!found) return undefined;
      }
      return found;
    },

    async list({ live = false, after, limit, ...filter }): Promise<{
      readonly items: readonly Delegation[];
      readonly next?: Cursor;
    }> {
      const where = whereOf(filter);
      const items: Delegation[] = [];
      let cursor = after;
      for (;;) {
        const page = await delegations.find({
          where,
          order: { by: 'createdAt', direction: 'descending' },
          ...(cursor ? { after: cursor } : {}),
          limit,
        });
        for (const document of await asTheyStand(page.map((one) => one.document))) {
          const item = live ? await effectiveNow(document) : document;
          cursor = { value: document.createdAt, id: document.id };
          if (item) items.push(item);
          if (items.length === limit) return { items, next: cursor };
        }
        if (page.length < limit) return { items };
      }
    },

    async newestLive(filter, { most, mostRead }) {
      const items: Delegation[] = [];
      let read = 0;
      for (let after: Cursor | undefined; read < mostRead; ) {
        const limit = Math.min(AT_A_TIME, mostRead - read);
        const page = await delegations.find({
          where: whereOf(filter),
          order: { by: 'createdAt', direction: 'descending' },
          ...(after ? { after } : {}),
          limit,
        });
        read += page.length;
        for (const document of await asTheyStand(page.map((one) => one.document))) {
          after = { value: document.createdAt, id: document.id };
          const item = await effectiveNow(document);
          if (item && items.length === most) return { items, isWhole: false, read };
          if (item) items.push(item);
        }
        if (page.length < limit) return { items, isWhole: true, read };
      }
      return { items, isWhole: false, read };
    },
  };

  return reads;
};

const whereOf = ({ subject, actor, via, parent }: DelegationFilter) => ({
  ...(subject ? { subject } : {}),
  ...(actor ? { actor } : {}),
  ...(via ? { via } : {}),
  ...(parent ? { parent } : {}),
});
