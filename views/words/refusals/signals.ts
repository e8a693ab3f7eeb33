import type { GermanWords } from '../refusals.ts';

export const SIGNAL_GERMAN = {
  signal_client_wrong:
    'Der Client eines Empfängers ist aktiv, hat den grant type client_credentials und keine Rolle. Er ist kein Agent.',
  signal_client_taken: 'Als dieser Client weist sich schon ein anderer Empfänger aus.',
  signal_client_set_by_other:
    'Ein anderes Konto hat die Nachweise dieses Clients gesetzt und kennt sie vielleicht. Tauschen Sie zuerst mit Ihrem eigenen Konto das Secret, oder tragen Sie die Schlüssel ein: behalf clients rotate-secret CLIENT --local.',
  signal_receivers_exceeded: 'Es gibt höchstens {most} Empfänger.',
  signal_event_repeated: 'Nennen Sie 1 oder mehr Ereignisse, jedes einmal.',
  signal_subject_malformed:
    'Ein Subjekt ist die Id eines Kontos oder Agenten. „*“ bedeutet alle Subjekte und steht allein.',
  signal_receiver_unknown: 'Der Client dieses Zugriffstokens gehört zu keinem aktiven Empfänger von Signalen.',
  signal_token_of_person:
    'Ein Empfänger handelt für sich selbst: Fordern Sie das Zugriffstoken mit client_credentials an.',
  signal_stream_not_found: 'Dieser Empfänger hat keinen solchen Strom.',
  signal_streams_exceeded: 'Dieser Empfänger hat schon {most} Ströme. Ändern oder löschen Sie einen davon.',
  signal_member_malformed: 'Diese Angabe hat nicht die verlangte Form: {form}.',
  signal_member_fixed: 'Diese Angabe setzt der Sender, und ihr Wert ist ein anderer. Lassen Sie sie weg.',
  signal_url_malformed:
    'Die Adresse ist eine https-URL eines öffentlichen Hosts oder eines Hosts in egress.internalHosts.signalReceivers.',
  signal_subject_format_unsupported:
    'Ereignisse nennen Subjekte hier mit iss_sub oder als complex mit Teilen dieses Formats, session und tenant.',
  signal_removed_exceeded: 'Aus einem Strom lassen sich höchstens {most} Subjekte entfernen.',
  signal_verification_too_soon: 'Vor weniger als {seconds} Sekunden wurde schon eine Prüfung verlangt.',
  signal_stream_paused_here:
    'Ein Administrator dieses Servers hat einen Strom dieses Empfängers angehalten. Bis ein Administrator ihn fortsetzt, ändert der Empfänger keinen Status und legt keine Ströme an oder löscht sie.',
  signal_stream_not_polled: 'Die Ereignisse dieses Stroms gehen an seinen Endpunkt.',
  signal_polls_exceeded: 'Zu viele Abrufe dieses Stroms warten. Warten Sie auf einen davon.',
} satisfies GermanWords;
