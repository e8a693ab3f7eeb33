/** The registry of receivers of security events. Owns the collection SIGNAL_RECEIVERS. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Found, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { SENT_EVENTS, type SentEvent } from '../security-events.ts';
import { signalRefusal } from './signal-refusals.ts';
import { MOST_RECEIVERS, MOST_SUBJECTS, SIGNAL_RECEIVERS, type SignalReceiver } from './signal-stream.ts';

/** What a receiver needs to know about its client. */
type ReceiverClient = {
  readonly state: string;
  readonly roles: readonly string[];
  readonly grantTypes: readonly string[];
  /** Absent: unknown. */
  readonly credentialsSetBy?: { readonly caller: string; readonly isAdministrator?: true };
};

export type NewSignalReceiver = {
  readonly name: string;
  readonly client: string;
  readonly contact?: string | null;
  /** Default: the id of the client. */
  readonly audience?: string;
  /** Default: all that this server sends. */
  readonly events?: readonly SentEvent[];
  /** Default: none. */
  readonly subjects?: readonly string[];
  /** Default: false. */
  readonly isPersonal?: boolean;
};
export type SignalReceiverChange = Partial<NewSignalReceiver>;

export interface SignalReceiverRegistry {
  get(id: string): Promise<Versioned<SignalReceiver> | undefined>;
  /** One page of receivers, newest first. */
  list(query?: PageQuery): Promise<Page<SignalReceiver>>;
  /** The active receiver that authenticates as this client. */
  ofClient(client: string): Promise<SignalReceiver | undefined>;
  /** Whether a receiver, active or not, authenticates as this client. */
  hasClient(client: string): Promise<boolean>;
  /**
   * Creates a receiver. Throws 'invalid_field', and 'conflict' when there are too many, when the client belongs to another
   * receiver, or when neither the caller nor an administrator set its credentials.
   */
  create(given: NewSignalReceiver, by: By): Promise<Versioned<SignalReceiver>>;
  /** Throws as `create` does, and 'not_found' and 'precondition_failed'. */
  update(id: string, expected: number, change: SignalReceiverChange, by: By): Promise<Versioned<SignalReceiver>>;
  /** The server refuses its calls and sends it nothing. Its events wait in the log. Idempotent. */
  disable(id: string, by: By): Promise<Versioned<SignalReceiver>>;
  enable(id: string, by: By): Promise<Versioned<SignalReceiver>>;
}

const SUBJECT = /^(?:acc|agt)_[a-z2-7]{26}$/;
/** As in JWT: no control characters. */
const AUDIENCE = /^[\x21-\x7e]{1,512}$/;

export const signalReceiverRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly clients: { get(id: string): Found<ReceiverClient> };
}): SignalReceiverRegistry => {
  const { documents, audit, clock, identifiers, clients } = deps;
  const collection = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
  const documentsOf = registeredDocuments<SignalReceiver>({
    ...{ collection, kind: 'signal receiver', audit, clock },
    taken: () => signalRefusal('signal_client_taken', { field: '/client' }),
  });

  const checkClient = async (id: string, by: By): Promise<void> => {
    const client = (await clients.get(id))?.document;
    const isRight =
      client?.state === 'active' && client.roles.length === 0 && client.grantTypes.includes('client_credentials');
    if (!isRight) throw signalRefusal('signal_client_wrong', { field: '/client' });
    const set = client.credentialsSetBy;
    // The holder of the credentials acts as the receiver: an administrator vouches only for those that one set.
    if (set?.isAdministrator !== true && set?.caller !== by.caller)
      throw signalRefusal('signal_client_set_by_other', { field: '/client' });
  };

  const checked = async (receiver: SignalReceiver, by: By, before?: SignalReceiver): Promise<SignalReceiver> => {
    const { name, contact, audience, events, subjects, client } = receiver;
    checkText(name, '/name', 100);
    if (contact !== undefined) checkText(contact, '/contact', 200);
    if (!AUDIENCE.test(audience)) {
      const params = { form: '1 to 512 visible ASCII characters' };
      throw signalRefusal('signal_member_malformed', { field: '/audience', params });
    }
    if (events.length === 0 || new Set(events).size < events.length)
      throw signalRefusal('signal_event_repeated', { field: '/events' });
    const isAll = subjects.length === 1 && subjects[0] === '*';
    if (!isAll && (subjects.length > MOST_SUBJECTS || !subjects.every((id) => SUBJECT.test(id))))
      throw signalRefusal('signal_subject_malformed', { field: '/subjects' });
    if (client !== before?.client) await checkClient(client, by);
    return receiver;
  };

  const setState = (id: string, state: SignalReceiver['state'], by: By): Promise<Versioned<SignalReceiver>> => {
    const type = state === 'active' ? 'signal_receiver.enabled' : 'signal_receiver.disabled';
    return documentsOf.change(id, undefined, type, by, (found) => ({ ...found, state }));
  };

  return {
    get: (id) => collection.get(id),

    list: (query = {}) => documentsOf.list({}, query),

    async ofClient(client) {
      const [found] = await collection.find({ where: { client }, limit: 1 });
      return found?.document.state === 'active' ? found.document : undefined;
    },

    hasClient: async (client) => (await collection.find({ where: { client }, limit: 1 })).length > 0,

    async create(given, by) {
      const {
        name,
        client,
        contact,
        audience = client,
        events = SENT_EVENTS,
        subjects = [],
        isPersonal = false,
      } = given;
      if ((await collection.find({ limit: MOST_RECEIVERS })).length === MOST_RECEIVERS)
        throw signalRefusal('signal_receivers_exceeded', { params: { most: MOST_RECEIVERS } });
      const now = clock.now();
      const receiver: SignalReceiver = {
        ...{ id: identifiers.newId('rcv'), name, client, audience, events, subjects, isPersonal },
        ...(contact === undefined || contact === null ? {} : { contact }),
        ...{ state: 'active', createdAt: now, updatedAt: now },
      };
      return documentsOf.insert(await checked(receiver, by), 'signal_receiver.created', by);
    },

    update: (id, expected, change, by) =>
      documentsOf.change(id, expected, 'signal_receiver.updated', by, (found) => {
        const { contact = found.contact, ...next } = { ...change };
        const { contact: _, ...kept } = found;
        return checked(
          { ...kept, ...next, ...(contact === undefined || contact === null ? {} : { contact }) },
          by,
          found,
        );
      }),

    disable: (id, by) => setState(id, 'disabled', by),
    enable: (id, by) => setState(id, 'active', by),
  };
};
