/** The storage of oidc-provider's models over stores in memory, and requests under way. */
import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import Provider from 'oidc-provider';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { consumptionRegistry } from '../../../src/provider/seam/consumption-registry.ts';
import { GRANTS, type GrantRecord, PROVIDER_RECORDS, type ProviderRecord } from '../../../src/provider/seam/records.ts';
import { modelAdapter } from '../../../src/provider/storage/model-adapter.ts';
import { storedModels } from '../../../src/provider/storage/stored-models.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { begunRequest } from './begun-request.ts';

export const NOW = 1_800_000_000;
const [KEY, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

type Payload = Readonly<Record<string, unknown>>;
/** What the services around the storage answer. */
export type Answers = {
  readonly stateOf?: 'race';
  readonly interval?: number;
  readonly isSessionLive?: boolean;
  readonly isGrantHeld?: boolean;
  readonly isProven?: boolean;
  readonly guest?: Payload;
  /** Called with the collection before each read of one document, which waits for it. */
  readonly onRead?: (collection: string) => Promise<void>;
};

/** `did`: calls of the services around the storage. */
export const providerModels = (answers: Answers = {}) => {
  const did: unknown[] = [];
  const note =
    (name: string) =>
    async (...given: unknown[]): Promise<unknown> =>
      void did.push([name, ...given]);
  const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };
  const stored = memoryDocumentStore('refused');
  const documents: DocumentStore = {
    ...stored,
    collection(declaration) {
      const collection = stored.collection<never>(declaration);
      const get = async (id: string) => {
        await answers.onRead?.(declaration.name);
        return collection.get(id);
      };
      return { ...collection, get };
    },
  };
  const ephemeral = memoryEphemeralStore(clock);
  const audit = recordingAudit();
  const consumptions = consumptionRegistry({ documents, clock });
  const deps = {
    documents,
    ephemeral,
    clock,
    audit,
    devicePollIntervalSeconds: 5,
    consumptions: {
      ...consumptions,
      stateOf: async (...given: Parameters<typeof consumptions.stateOf>) =>
        answers.stateOf ?? consumptions.stateOf(...given),
    },
    clients: { find: async (id: string) => ({ client_id: id }) },
    pace: {
      async poll(_: string, interval: number) {
        did.push(['poll', interval]);
        return answers.interval;
      },
    },
    onUnreadable: (model: string) => did.push(['unreadable', model]),
    liveness: {
      sessionLive: async (...given: unknown[]) => {
        did.push(['live', ...given]);
        return answers.isSessionLive ?? true;
      },
      grantHeld: async (grant: GrantRecord) => ((answers.isGrantHeld ?? true) ? grant : undefined),
    },
    sessions: { seen: note('seen'), holds: note('holds'), ifSignedOut: note('signed out') },
    browser: {
      interactions: { find: async (uid: string) => ({ uid }), write: note('prompt'), destroy: note('answered') },
      guests: {
        find: async () => answers.guest,
        write: note('guest'),
        drop: () => void did.push(['no guest']),
      },
    },
    open: { set: note('open'), forget: note('forget') },
    proofs: { has: () => answers.isProven ?? false },
  };
  const under = (masterKeys: ReturnType<typeof masterKey>) => ({ ...deps, masterKey: masterKeys }) as never;
  const key = masterKey(KEY);
  return {
    did,
    audit,
    ephemeral,
    key,
    consumptions,
    models: modelAdapter(under(key)),
    stored: storedModels(under(key)),
    /** The same after and before the rotation of the master key. */
    rotated: modelAdapter(under(masterKey(OTHER, KEY))),
    records: documents.collection<ProviderRecord>(PROVIDER_RECORDS),
    grants: documents.collection<GrantRecord>(GRANTS),
  };
};

export const requestAt = (route: string, oidc: object = {}) => ({
  req: begunRequest(),
  res: new EventEmitter(),
  oidc: { route, params: {}, entities: {}, ...oidc },
});

/** Runs the work as a part of this request of oidc-provider. */
export const during = async <R>(context: object | undefined, work: () => Promise<R>): Promise<R> => {
  const current = jest.spyOn(Provider, 'ctx', 'get').mockReturnValue(context as never);
  try {
    return await work();
  } finally {
    current.mockRestore();
  }
};
