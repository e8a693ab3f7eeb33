import type { GermanWords } from '../refusals.ts';

export const SUCCESSOR_GERMAN = {
  successor_rules_exceeded: 'Es gibt höchstens {most} Nachfolgeregeln. Entfernen Sie zuerst eine.',
  successor_rule_taken: 'Eine andere Nachfolgeregel gilt für dasselbe. Ändern Sie jene, oder entfernen Sie sie zuerst.',
  successor_scope_unknown:
    'Eine Regel gilt für * (alle Eigentümer) oder für die Id einer Gruppe oder eines Verzeichnisses dieses Servers.',
  successor_group_unknown: 'Es gibt keine Gruppe mit dieser Id.',
  successor_missing: 'Nennen Sie, wer gefragt wird: die Führungskraft, eine Gruppe oder beide.',
} satisfies GermanWords;
