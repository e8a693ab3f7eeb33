/** What readers see of a log: where witnesses cosign, up to the checkpoint that went through them (decision 34). */
import type { Collection, Versioned } from '../../ports/document-store.ts';
import { auditRefusal } from '../audit-refusals.ts';
import type { LogDocument, ShownDocument } from './log-documents.ts';
import type { LogGuard } from './log-guard.ts';
import type { LogTree } from './log-tree.ts';
import { judged } from './witness-policy.ts';
import { type Cosigning, witnessing } from './witnessing.ts';

/** What a log says about itself. */
export type LogHead = {
  readonly id: string;
  readonly origin: string;
  readonly verifierKey: string;
  readonly size: number;
  /** The signed note, with the cosignatures of witnesses. */
  readonly checkpoint: string;
};

/** A witness of the log. */
export type LogWitness = {
  /** As the policy of the server names it. */
  readonly name: string;
  readonly verifierKey: string;
  /** Entries of the last checkpoint that it cosigned. */
  readonly size: number;
  /** Epoch seconds. */
  readonly at?: number;
  /** Why it did not cosign when it was asked last. */
  readonly problem?: string;
};

/** `head`: absent while no checkpoint has the cosignatures that it needs. */
export type LogWitnessing = Pick<LogHead, 'origin' | 'verifierKey'> & {
  readonly head?: LogHead;
  /** Whether the last checkpoint has enough cosignatures. True without witnesses. */
  readonly isQuorum: boolean;
  readonly witnesses: readonly LogWitness[];
};

export interface LogReaders {
  /** The log up to what readers see. Throws `log_not_witnessed` while that is nothing, `log_not_trusted` and StoreUnavailable. */
  visible(): Promise<LogDocument>;
  head(): Promise<LogHead>;
  state(): Promise<LogWitnessing>;
  /** See Witnessing. */
  cosign(): Promise<void>;
}

export const logReaders = (deps: {
  readonly current: () => Promise<Versioned<LogDocument>>;
  readonly shown: Pick<Collection<ShownDocument>, 'get' | 'replace' | 'insert'>;
  readonly guard: Pick<LogGuard, 'checkShown'>;
  readonly treeOf: (log: LogDocument) => Pick<LogTree, 'subtree'>;
  readonly clock: { now(): number };
  readonly cosigning: Cosigning | undefined;
}): LogReaders => {
  const { current, shown, guard, cosigning } = deps;
  const rules = cosigning?.rules;
  const asks = cosigning && witnessing({ ...cosigning, current, shown, clock: deps.clock, treeOf: deps.treeOf });

  /** The log as readers see it: where witnesses cosign, up to the checkpoint that went through them. Undefined: not yet. */
  const visible = async (log: LogDocument): Promise<LogDocument | undefined> => {
    if (!rules) return log;
    const { checkpoint } = (await shown.get(log.id))?.document ?? {};
    const isEnough = checkpoint !== undefined && (!rules.withholds || judged(checkpoint, rules.policy).isMet);
    return isEnough ? { ...log, size: await guard.checkShown(log, checkpoint), checkpoint } : undefined;
  };

  const visibleNow = async (): Promise<LogDocument> => {
    const found = await visible((await current()).document);
    if (!found) throw auditRefusal('log_not_witnessed', { retryAfterSeconds: 5 });
    return found;
  };

  return {
    visible: visibleNow,
    head: async () => headOf(await visibleNow()),
    cosign: async () => asks?.cosign(),

    async state() {
      const { document: log } = await current();
      const found = rules && (await shown.get(log.id))?.document;
      const seen = await visible(log);
      const witnesses = [...(rules?.policy.witnesses ?? [])].map(([name, { verifierKey }]): LogWitness => {
        const { at, problem, size = 0 } = found?.witnesses.find((one) => one.name === name) ?? {};
        const more = { ...(at === undefined ? {} : { at }), ...(problem === undefined ? {} : { problem }) };
        return { name, verifierKey, size, ...more };
      });
      const { origin, verifierKey } = log;
      return {
        origin,
        verifierKey,
        ...(seen ? { head: headOf(seen) } : {}),
        isQuorum: found?.isQuorum ?? !rules,
        witnesses,
      };
    },
  };
};

const headOf = ({ id, origin, verifierKey, size, checkpoint }: LogDocument): LogHead => ({
  ...{ id, origin, verifierKey, size, checkpoint },
});
