import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Cursor, DocumentStore, Versioned } from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import { type Step, stepBook } from './grading.ts';
import { tokenEnds } from './token-ends.ts';

/** A call that a resource server reported. A statement, which this server has not seen. */
export type ReportedCall = {
  /** When it was, as the report states it; epoch seconds. Absent: the report has no time. */
  readonly time?: number;
  readonly what: string;
  readonly outcome: string;
  /** The resource server that reported it. */
  readonly server?: string;
};

/** A token of a transaction as it stands now, with what was done with it. */
export type TransactionStep = Step & {
  /** Id of the audit event that issued it. */
  readonly event: string;
  readonly decision?: string;
  /** Version of the policy set that was evaluated. */
  readonly policy?: number;
  /** Token that it was exchanged for, if the audit log has its id. */
  readonly parent?: string;
  readonly delegation?: string;
  /** The first of them, in the order of their reports. */
  readonly calls: readonly ReportedCall[];
};

/** Reports about one token that a step is graded by; further ones are counted as absent. */
const MOST_REPORTS = 200;
const SHOWN_CALLS = 20;

/** Tokens of transactions, a page at a time: what one page costs does not depend on how many there are. */
export interface TransactionSteps {
  /**
   * The tokens of a transaction in the order of their issue, at most `limit`. `endedAt`: epoch second of its end; absent: it is
   * open. A later page may have other grades than the receipt, which reads all reports.
   */
  page(
    txn: string,
    asked: { readonly endedAt?: number; readonly after?: Cursor; readonly limit: number },
  ): Promise<{ readonly items: readonly TransactionStep[]; readonly next?: Cursor }>;
}

export const transactionSteps = ({ documents }: { readonly documents: DocumentStore }): TransactionSteps => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const order = { by: 'at', direction: 'ascending' } as const;

  /** The events that name one token, the issue first. */
  const eventsOf = async ({ document: issued }: Versioned<AuditRecord>): Promise<readonly AuditRecord[]> => {
    const tokenId = issued.event.token?.id;
    if (tokenId === undefined) return [];
    const found = await records.find({ where: { tokenId }, order, limit: MOST_REPORTS });
    const others = found.flatMap(({ document }) => (document.id === issued.id ? [] : [document]));
    return [issued, ...others.filter(({ event }) => event.token?.id === tokenId)];
  };

  return {
    async page(txn, { endedAt, after, limit }) {
      const where = { txn, type: 'token.issued' };
      const found = await records.find({ where, order, limit: limit + 1, ...(after ? { after } : {}) });
      const shown = found.slice(0, limit).filter(({ document: { event } }) => event.txn === txn && event.token);
      const events = await fewAtOnce(shown, eventsOf);
      const book = stepBook(limit);
      for (const { at, event } of events.flat()) book.add({ at, event });
      const until = endedAt ?? Number.MAX_SAFE_INTEGER;
      const ends = await tokenEnds(
        documents,
        book.tokens(),
        endedAt === undefined ? Number.MAX_SAFE_INTEGER : endedAt * 1000,
      );
      const steps = new Map(book.steps(until, ends).map((step) => [step.token, step]));
      const items = events.flatMap(([issued, ...others]) => {
        const step = steps.get(issued?.event.token?.id ?? '');
        return issued && step ? [stepWith(step, issued, others)] : [];
      });
      const last = found[limit - 1]?.document;
      return found.length > limit && last ? { items, next: { value: last.at, id: last.id } } : { items };
    },
  };
};

const stepWith = (step: Step, { id, event }: AuditRecord, others: readonly AuditRecord[]): TransactionStep => {
  const { decision, policy, delegation, token } = event;
  return {
    ...step,
    event: id,
    ...(decision === undefined ? {} : { decision }),
    ...(policy === undefined ? {} : { policy }),
    ...(token?.parent === undefined ? {} : { parent: token.parent }),
    ...(delegation === undefined ? {} : { delegation }),
    calls: others
      .filter((one) => one.event.type === 'report.stated')
      .slice(0, SHOWN_CALLS)
      .map((one) => callOf(one)),
  };
};

const callOf = ({ event: { inputs = {}, caller } }: AuditRecord): ReportedCall => {
  const { time, tool, route, outcome } = inputs;
  return {
    ...(typeof time === 'number' ? { time } : {}),
    what: String(tool ?? route ?? ''),
    outcome: String(outcome ?? ''),
    ...(caller === undefined ? {} : { server: caller }),
  };
};
