import type { GermanWords } from '../refusals.ts';

export const PROVISIONING_GERMAN = {
  provisioning_targets_exceeded: 'Es gibt höchstens {most} Provisionierungsziele. Entfernen Sie zuerst eines.',
  target_url_refused:
    'Der Server kann diese URL nicht aufrufen ({reason}): eine https-URL eines öffentlichen Hosts oder eines Hosts in egress.internalHosts.provisioningTargets, ohne Query und Fragment.',
  target_token_malformed: 'Ein Bearer-Token hat 1 bis 4.096 sichtbare ASCII-Zeichen.',
  target_token_missing:
    'Ein Ziel braucht ein Token oder einen Token-Endpunkt mit Client. Eine andere URL braucht ihr Token in derselben Änderung: Der Server schickt das jetzige Token keinem anderen System.',
  target_credentials_both: 'Ein Ziel hat entweder ein Token oder einen Token-Endpunkt, nicht beides.',
  target_agents_malformed:
    'Nennen Sie höchstens {most} Ids von Agenten, Konten und Gruppen, oder „*“ allein für alle Agenten.',
  target_unavailable: 'Das Ziel ließ sich nicht vergleichen: {reason}. {remedy}',
} satisfies GermanWords;

export const TOKEN_CLIENT_GERMAN = {
  token_endpoint_missing: 'Ein Client für kurze Zugriffstoken gehört zu einem Token-Endpunkt.',
  token_client_id_missing: 'Ein Token-Endpunkt braucht die client_id, die dieser Server dort hat.',
  token_client_is_issuer:
    'Die client_id dort ist nicht der Issuer dieses Servers: Seine Assertions sähen aus wie eigene Token.',
  token_client_secret_missing:
    'client_secret_basic braucht das Client-Secret; ebenso eine andere URL, ein anderer Token-Endpunkt oder Client, in derselben Änderung.',
  token_client_secret_malformed: 'Ein Client-Secret hat 1 bis 1.024 sichtbare ASCII-Zeichen.',
  token_client_secret_unused:
    'Zu private_key_jwt gehört kein Secret: Der Server signiert mit seinen eigenen Schlüsseln.',
  token_client_audience_unused: 'Eine Audience gehört zu den Assertions von private_key_jwt.',
  token_client_scope_malformed:
    'Scopes sind durch einzelne Leerzeichen getrennt und haben weder Anführungszeichen noch Backslash (RFC 6749 §3.3).',
  token_client_resource_malformed: 'Eine Ressource ist eine absolute URI ohne Fragment (RFC 8707 §2).',
} satisfies GermanWords;
