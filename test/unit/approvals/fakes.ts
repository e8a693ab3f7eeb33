/** An approval service over memory, and what is asked there. */
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import type { Action } from '../../../src/domain/approvals/action.ts';
import type { Approval, Vote } from '../../../src/domain/approvals/approval.ts';
import type { ApprovalDraft, ApprovalSettings } from '../../../src/domain/approvals/approval-draft.ts';
import { type ApprovalService, newApprovalService } from '../../../src/domain/approvals/approval-service.ts';
import { ownersOfChain } from '../../../src/domain/approvals/owners-of-chain.ts';
import type { Account, AccountRole } from '../../../src/domain/identity/accounts/account.ts';
import { type MasterKey, masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { DocumentConflict, type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import { countedIdentifiers, ISSUER, movableClock, recordedAudit, START } from '../delegation/fakes.ts';
import { account } from '../token-exchange/fakes.ts';

export { ISSUER, START };

const BANK = 'https://bank.example';

export const action = (over: Partial<Action> = {}): Action => ({
  client: 'agt_a',
  agent: 'agt_a',
  chain: { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' },
  subject: 'acc_anna',
  resource: BANK,
  scope: ['pay'],
  details: [{ type: 'payment_initiation', amount: 4000, currency: 'EUR' }],
  meaning: 'as it is declared',
  blueprint: { id: 'bpt_1', version: 3 },
  composition: `sha256:${'ab'.repeat(32)}`,
  policy: 7,
  message: 'Invoice 7731',
  ...over,
});

/** A draft of one payment; another amount is another request. */
export const sum = (amount: number) => ({ action: action({ details: [{ type: 'payment_initiation', amount }] }) });

export const wanted = (over: Partial<ApprovalDraft> = {}): ApprovalDraft => ({
  channel: 'backchannel',
  owner: 'acc_owner',
  action: action(),
  risk: 'high',
  requires: { quorum: 1, isProvenAnew: true },
  approvers: ['acc_anna'],
  approverNames: ['subject'],
  mustAgree: 'acc_anna',
  ...over,
});

export const strong = (at: number): Vote['assurance'] => ({ acr: MULTI_FACTOR, amr: ['pwd', 'otp'], authTime: at });
export const weak = (at: number): Vote['assurance'] => ({ acr: SINGLE_FACTOR, amr: ['pwd'], authTime: at });

export const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;

const SETTINGS: ApprovalSettings = {
  ttlSeconds: 600,
  redeemSeconds: 300,
  mostOpen: 3,
  mostOpenPerApprover: 20,
  perHour: 10,
};

export const serviceScene = (settings: Partial<ApprovalSettings> = {}) => {
  const store = memoryDocumentStore('refused');
  /** Of the next inserts, one after the other: they fail before they are done, their answer is lost, or a unique key is taken. */
  const faults: { insert: ('before' | 'after' | 'taken')[] } = { insert: [] };
  const between: { afterGet: (() => Promise<unknown>) | undefined } = { afterGet: undefined };
  /** Lets a test put another writer between the next reading of a document and the write that follows it. */
  const documents: DocumentStore = {
    ...store,
    collection(declaration) {
      const collection = store.collection<never>(declaration);
      return {
        ...collection,
        async insert(document: never) {
          const fault = faults.insert.shift();
          if (fault === 'taken') throw new DocumentConflict('another request has it');
          if (fault !== 'before') await collection.insert(document);
          if (fault !== undefined) throw new StoreUnavailable('the line is dead');
        },
        async get(id: string) {
          const found = await collection.get(id);
          const { afterGet } = between;
          between.afterGet = undefined;
          await afterGet?.();
          return found;
        },
      } as never;
    },
  };
  const clock = movableClock();
  const ephemeral = memoryEphemeralStore(clock);
  const audit = recordedAudit();
  const identifiers = countedIdentifiers();
  const left = new Set<string>();
  /** What each change made of an approval, as those who listen hear of it. */
  const changes: Approval[] = [];
  /** Who may decide besides those who were asked first, by the second from which on. */
  const later = new Map<string, number>();
  const present = (accounts: readonly string[]) => accounts.filter((id) => !left.has(id));
  /** Those who hold a role. */
  const people = new Map<string, Account>();
  /** Whom policy leaves out. */
  const out = new Set<string>();
  /** Deputy → for whom. */
  const deputies = new Map<string, string>();
  const first = new Map<string, readonly string[]>();
  const asked = async ({ id }: Pick<Approval, 'id'>): Promise<readonly string[]> =>
    present([
      ...(first.get(id) ?? []),
      ...[...later].filter(([, from]) => from <= clock.now()).map(([account]) => account),
    ]);
  /** One more node on the same stores. */
  const service = (key: MasterKey): ApprovalService =>
    newApprovalService({
      documents,
      clock,
      ephemeral,
      audit,
      identifiers,
      masterKey: key,
      settings: { ...SETTINGS, ...settings },
      onChange: (approval) => void changes.push(approval),
      permits: async () => undefined,
      emergency: {
        accounts: {
          get: async (id) => {
            const found = people.get(id);
            return found && { document: found };
          },
        },
        chainOwners: ownersOfChain({
          agents: {
            get: async (id) => (id === 'agt_gone' ? undefined : { document: { owner: 'acc_owner', createdAt: 0 } }),
          },
          groups: { get: async () => undefined },
        }),
        resolve: { leftOut: async () => [...out] },
      },
      votes: {
        asked,
        deputiesOf: async (_, away) => [...deputies].filter(([, of]) => away.includes(of)).map(([account]) => account),
        slotsOf: async (approval, account) => {
          const who = await asked(approval);
          const of = deputies.get(account);
          return [
            ...(who.includes(account) ? [{ of: account }] : []),
            ...(of !== undefined && who.includes(of) ? [{ of, absence: `abs_${of}` }] : []),
          ];
        },
        of: async ({ votes }) => votes.filter(({ account }) => !left.has(account)),
      },
    });
  const one = service(masterKey(KEYS[0]));
  const who = ({ digest }: Approval, account = 'acc_anna') => ({ account, seen: digest, request: 'req_1' });
  return {
    clock,
    audit,
    left,
    later,
    deputies,
    out,
    people,
    /** An account that holds roles, unchanged for long. */
    hold(id: string, roles: readonly AccountRole[] = ['break_glass'], more: Partial<Account> = {}): void {
      people.set(id, { ...account(id), updatedAt: START - 86_400, roles, ...more });
    },
    changes,
    between,
    faults,
    service,
    async ask(over: Partial<ApprovalDraft> = {}) {
      const made = await one.ask(wanted(over), 'req_1');
      if (!made.isJoined) first.set(made.approval.id, made.approval.approvers);
      return made;
    },
    approve: (
      approval: Approval,
      more: { readonly number?: string; readonly account?: string; readonly as?: string } = {},
    ) => one.approve(approval.id, { ...who(approval), assurance: strong(clock.now()), ...more }),
    deny: (approval: Approval, account?: string) => one.deny(approval.id, who(approval, account)),
    one,
  };
};
