import type { AuditRecord } from '../../audit/audit-record.ts';
import type { Kill } from '../../vocabulary/kill.ts';
import type { LatchedKills } from '../revocation/kill.ts';
import { type Ending, endingKey, endsOf } from './ends-of-events.ts';
import type { NamedTokens, NamingTokens } from './named-tokens.ts';

type Records = readonly Pick<AuditRecord, 'event'>[];

/** Names the tokens that may have ended, for one follower of the audit log. Throws StoreUnavailable. */
export interface NamedEnds {
  /**
   * What these records name. Looks each ending up once: it stands in many records of a person who has many agents, and is looked up
   * after all of them were read.
   */
  namesIn(records: Records): Promise<readonly NamedTokens[]>;
  /** All that may have ended since the last call, after which these records were read. */
  since(records: Records): Promise<readonly NamedTokens[]>;
  /** What the latched kills name, which the audit log may not hold yet (decision D24). */
  latched(): Promise<readonly NamedTokens[]>;
}

export const namedEnds = ({
  naming,
  latched,
}: {
  readonly naming: NamingTokens;
  readonly latched: Pick<LatchedKills, 'all'>;
}): NamedEnds => {
  const heardKills = new Set<string>();

  const namesIn = async (records: Records): Promise<readonly NamedTokens[]> => {
    const endings = new Map<string, Ending>();
    for (const { event } of records) {
      for (const ending of endsOf(event as Parameters<typeof endsOf>[0])) endings.set(endingKey(ending), ending);
    }
    const names: NamedTokens[] = [];
    for (const ending of endings.values()) names.push(...(await naming.of(ending)));
    return names;
  };

  const namesOfKills = (kills: readonly Kill[]): Promise<readonly NamedTokens[]> =>
    namesIn(
      kills.map(({ scope, target }) => ({
        event: { type: 'kill.ordered', outcome: 'done', target: { kind: scope, id: target } },
      })),
    );

  const newKills = (): readonly Kill[] => {
    const all = latched.all();
    const fresh = all.filter(({ id }) => !heardKills.has(id));
    heardKills.clear();
    for (const { id } of all) heardKills.add(id);
    return fresh;
  };

  return {
    namesIn,
    since: async (records) => [
      ...(await namesOfKills(newKills())),
      ...(await naming.again()),
      ...(await namesIn(records)),
    ],
    latched: () => namesOfKills(latched.all()),
  };
};
