import type { GermanWords } from '../refusals.ts';

export const PROVISIONING_GERMAN = {
  provisioning_targets_exceeded: 'Es gibt höchstens {most} Provisionierungsziele. Entfernen Sie zuerst eines.',
  target_url_refused:
    'Der Server kann diese URL nicht aufrufen ({reason}): eine https-URL eines öffentlichen Hosts oder eines Hosts in egress.internalHosts.provisioningTargets, ohne Query und Fragment.',
  target_token_malformed: 'Ein Bearer-Token hat 1 bis 4.096 sichtbare ASCII-Zeichen.',
  target_token_missing:
    'Eine andere URL braucht ihr Token in derselben Änderung: Der Server schickt das jetzige Token keinem anderen System.',
  target_agents_malformed:
    'Nennen Sie höchstens {most} Ids von Agenten, Konten und Gruppen, oder „*“ allein für alle Agenten.',
  target_unavailable: 'Das Ziel ließ sich nicht vergleichen: {reason}. {remedy}',
} satisfies GermanWords;
