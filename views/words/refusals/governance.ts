import type { GermanWords } from '../refusals.ts';

export const FINDING_GERMAN = {
  finding_act_unfit: 'Mit einem Befund der Art {kind} geht das nicht. Möglich ist: {acts}.',
  finding_decided:
    'Der Befund ist inzwischen {state}. Lesen Sie ihn neu. Für eine andere Entscheidung öffnen Sie ihn zuerst wieder.',
  finding_not_decided: 'Über diesen Befund wurde nichts entschieden, das sich zurücknehmen ließe.',
  finding_until_malformed: 'until liegt in der Zukunft, und höchstens {days} Tage entfernt.',
  finding_not_stopped:
    'Dieser Client hat ein Metadatendokument. Ordnen Sie einen Kill für ihn an, oder rufen Sie die Quarantäne noch einmal auf.',
  finding_kill_stands: 'Ein Kill hält diesen Client an. Zuerst hebt ihn die Verwaltung auf: behalf kills lift {kill}',
  inventory_id_repeated: 'Eine frühere App dieser Liste hat dieselbe Id.',
  inventory_format_unknown: 'Das Format ist eines von: {formats}.',
  inventory_name_malformed:
    'Der Name eines Inventars hat höchstens 40 Kleinbuchstaben, Ziffern und Bindestriche, und beginnt mit keinem Bindestrich.',
  inventory_empty:
    '{at} hat keine App. So sieht ein fehlgeschlagener Export aus. Eine Liste ohne Apps nimmt die API: Alle Apps des Inventars gelten dann als verschwunden.',
  inventory_json_malformed:
    '{at} ist kein JSON, oder tiefer als {most} verschachtelt. So sieht eine abgeschnittene Datei aus.',
  inventory_row_malformed: '{at}: Das Feld {member} fehlt oder hat eine andere Form.',
  inventory_row_no_object: '{at} ist kein JSON-Objekt.',
  inventory_column_unnamed:
    '{at}: Spalte {column} hat einen Wert, aber in der ersten Zeile keinen Namen. Benennen Sie die Spalte dort oder entfernen Sie sie. Setzen Sie einen Wert mit Komma in Anführungszeichen.',
  inventory_quote_open: '{at}: Ein Anführungszeichen ist nicht geschlossen.',
  inventory_page_missing:
    '{at} nennt eine weitere Seite, oder mehr Apps, die in keiner Datei stehen. Geben Sie alle Seiten an: Eine App, die fehlt, gilt als verschwunden.',
  inventory_list_cut:
    '{file} ist nicht vollständig: Die letzte Seite von {list} fehlt. Rufen Sie das Skript noch einmal auf.',
  inventory_list_missing:
    'In keiner Datei steht {list}: Eine Datei ist abgeschnitten oder fehlt, oder das Skript brach ab. Geben Sie alle Dateien an, oder rufen Sie das Skript noch einmal auf.',
  inventory_rows_exceeded: 'Ein Import hat höchstens {most} Zeilen.',
  inventory_files_exceeded: 'Ein Import hat höchstens {most} Dateien.',
  inventory_paste_too_long:
    'Eine eingefügte Liste hat höchstens {most} Zeichen. Eine längere liest behalf inventory import ein.',
  inventory_missing: 'Wählen Sie die Dateien der Liste, oder fügen Sie die Liste ein.',
  inventory_not_text:
    '{at} ist kein Text in UTF-8. Speichern Sie die Datei noch einmal in dieser Kodierung: in Excel als „CSV UTF-8“.',
  inventory_apps_too_long:
    'Die Apps dieser Liste haben mehr als {most} Bytes. Lesen Sie sie mit behalf inventory import ein.',
  inventory_member_unknown: '{at}: {member} ist kein Feld einer App. Die Felder sind {members}.',
  inventory_column_unknown: '{file}, Zeile 1: Die Spalte „{column}“ ist nicht bekannt. Die Spalten sind {columns}.',
  inventory_column_mistyped: '{file}, Zeile 1: Die Spalte „{column}“ ist nicht bekannt. Meinten Sie „{near}“?',
  inventory_name_missing: 'Benennen Sie das Inventar nach dem System, das die Apps hat, etwa salesforce.',
  inventory_too_large: 'Die Dateien eines Imports haben höchstens {most} Bytes.',
  finding_purpose_needed: 'Sagen Sie, wofür der Agent da ist: Der Client hat keinen Zweck, der sich übernehmen ließe.',
} satisfies GermanWords;

export const REVIEW_GERMAN = {
  reviews_exceeded: 'Höchstens {most} Prüfungen sind gleichzeitig offen. Brechen Sie eine ab, oder warten Sie.',
  review_group_missing: 'Sagen Sie, welche Gruppe entscheidet: die Id einer bestehenden Gruppe.',
  review_party_unknown: 'Ein Konto oder eine Gruppe mit diesem Namen oder dieser Id gibt es nicht.',
  review_not_open: 'Die Prüfung ist {state}. Entschieden wird, solange sie offen ist.',
  review_over: 'Die Prüfung ist {state} und ändert sich nicht mehr.',
  review_default_keeps: 'Die Vorgabe dieser Prüfung beendet nichts. Es gibt nichts zu bestätigen.',
  review_item_decided: 'Dieser Eintrag ist inzwischen {state}: Genau eine Entscheidung zählt. Lesen Sie ihn neu.',
  review_item_over: 'Die Vollmacht endete vor dieser Entscheidung. Es bleibt nichts zu entscheiden.',
  review_by_owner:
    'Ihnen gehört dieser Agent, und die Prüfung will, dass jemand anderes entscheidet: eine andere prüfende Person oder der Betrieb.',
  review_assigned_to_owner: 'Diesem Konto gehört der Agent, und die Prüfung will, dass jemand anderes entscheidet.',
  review_scope_missing: 'Nennen Sie mindestens eine Berechtigung, die entfernt wird.',
  review_owner_missing: 'Nennen Sie das Konto oder die Gruppe, der der Agent gehören soll.',
  review_transfer_to_self:
    'Wer prüft, überträgt den Agenten nicht sich selbst oder einer eigenen Gruppe. Nennen Sie einen anderen Eigentümer.',
  review_member_unfit: 'Diese Angabe gehört nicht zur Entscheidung {decision}.',
  review_item_not_ended: 'Nur was diese Prüfung beendet hat, lässt sich zurücknehmen.',
  review_undo_late:
    'Ein Ende lässt sich {hours} Stunden lang zurücknehmen. Bitten Sie die Person erneut um Zustimmung.',
  review_evidence_early: 'Die Einträge dieser Prüfung werden noch angelegt. Lesen Sie die Belege, wenn sie offen ist.',
  review_evidence_too_large:
    'Diese Prüfung hat mehr als {most} Einträge. Nehmen Sie den Export des Protokolls (exportAudit), der alle Entscheidungen hat.',
  review_evidence_busy:
    'Sie lesen gerade die Belege einer Prüfung. Warten Sie, bis dieses Archiv vollständig ist, und fragen Sie dann noch einmal.',
  review_archived:
    'Ereignisse dieser Prüfung sind nur noch in einem Archiv ({places}). Prüfen Sie sie dort: behalf audit verify --archive.',
  review_undo_refused:
    'Seither haben die Person, ein Notaus oder ein Wechsel des Eigentümers über diesen Agenten entschieden. Nur die Person kann es wieder erlauben.',
} satisfies GermanWords;

export const RESPONSE_GERMAN = {
  response_fact_repeated: 'Eine andere Bedingung dieser Regel nennt dieselbe Größe.',
  response_environment_repeated: 'Dieselbe Umgebung steht zweimal da.',
  response_hours_unused:
    'Nur die Handlungen narrow, withhold und approve dauern einige Stunden. Lassen Sie das weg, oder wählen Sie eine davon.',
  response_rules_exceeded: 'Es gibt {most} Reaktionsregeln. Löschen Sie zuerst eine.',
  response_rule_not_replayed:
    'Spielen Sie diese Regel zuerst nach, und sehen Sie an, was sie getan hätte: Erst danach handelt sie. Das gilt 24 Stunden, und für die Regel, wie sie nachgespielt wurde.',
  response_replay_cut: 'Das letzte Nachspielen kam nicht bis zum Ende des Logs. Spielen Sie weniger Tage nach.',
  response_not_open: 'Diese Reaktion setzt nichts aus und schränkt nichts ein, oder sie wurde schon aufgehoben.',
} satisfies GermanWords;
