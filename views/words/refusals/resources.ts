import type { GermanWords } from '../refusals.ts';

/** Kinds of members of a detail, by their English words. */
const KINDS: Readonly<Record<string, string>> = {
  'a number': 'eine Zahl',
  'a list of single values': 'eine Liste einzelner Werte',
  'a string or a list of strings': 'ein Text oder eine Liste von Texten',
  anything: 'jede Angabe',
  'a string of the format date or date-time': 'ein Text im Format date oder date-time',
  'a whole number in the smallest unit of the currency': 'eine ganze Zahl in der kleinsten Einheit der Währung',
  'a string': 'ein Text',
};

const kindWords = (kind: string): string => KINDS[kind] ?? kind;

export const DETAIL_TYPE_GERMAN = {
  detail_types_exceeded: 'Ein Ressourcenserver bietet höchstens {most} Typen von Details an.',
  detail_type_name_malformed: 'Ein Typ hat 1 bis 200 sichtbare ASCII-Zeichen ohne Anführungszeichen und Backslash.',
  detail_type_repeated: 'Dieser Typ ist zweimal angegeben.',
  rule_member_undeclared: 'Im Schema gibt es eine solche Angabe nicht.',
  rule_unknown: 'Eine Regel ist eine von: {rules}.',
  rule_absent_wrong: 'Der einzige Wert ist „unlimited“.',
  rule_misfit: ({ rule = '', kind = '' }) => `Zur Regel ${rule} gehört: ${kindWords(kind)}.`,
  rule_covered: 'Die Regel von {member} umfasst diese Angabe.',
  amount_not_counted: 'Ein Betrag ist eine ganze Zahl, nach ihrem Schema mindestens 0, mit der Regel max.',
  schema_too_long: 'Ein Schema hat höchstens {most} Zeichen.',
  schema_dialect_unknown: 'Der einzige Dialekt ist {dialect}.',
  schema_detail_not_object: 'Ein Detail ist ein Objekt.',
  schema_declares_type: 'Die Angabe „type“ ist der Name des Typs und steht nicht im Schema.',
  schema_invalid: 'Das ist kein gültiges JSON-Schema.',
  schema_not_object: 'Ein Schema ist ein Objekt.',
  schema_too_deep: 'Schemas sind höchstens {most} Ebenen tief.',
  schema_type_unknown: 'Ein Typ ist einer von: {types}.',
  schema_keyword_unsupported: 'Dieses Schlüsselwort gibt es für den Typ {type} nicht.',
  schema_format_unknown: 'Ein Format ist eines von: {formats}.',
  schema_properties_not_object: 'Das ist ein Objekt.',
  schema_member_name_malformed: 'Der Name einer Angabe hat bis zu 64 Buchstaben, Ziffern, „_“ und „-“.',
  schema_required_undeclared: 'Was verlangt wird, steht im Schema.',
} satisfies GermanWords;

export const DISPLAY_GERMAN = {
  display_clause_nested: 'Bei Zeichen {at}: In einem Teil, der fehlen kann, steht kein zweiter.',
  display_bracket_unopened: 'Bei Zeichen {at}: Diese Klammer schließt keinen Teil, der fehlen kann.',
  display_clause_empty: 'Bei Zeichen {at}: Dieser Teil, der fehlen kann, nennt keine Angabe.',
  display_brace_unopened: 'Bei Zeichen {at}: Diese geschweifte Klammer schließt keine Angabe.',
  display_clause_unclosed: 'Bei Zeichen {at}: Dieser Teil, der fehlen kann, wird nicht geschlossen.',
  display_braces_malformed:
    'Bei Zeichen {at}: In geschweiften Klammern steht eine Angabe, oder eine Angabe mit einem Format: {examples}.',
  display_formatter_unknown:
    'Bei Zeichen {at}: Ein Format {formatter} gibt es nicht; ein Format ist eines von: {formatters}.',
  display_currency_missing: 'Bei Zeichen {at}: money nennt die Angabe mit der Währung: {example}.',
  display_member_unexpected: 'Bei Zeichen {at}: {formatter} nimmt keine zweite Angabe.',
  display_member_undeclared: 'Bei Zeichen {at}: Im Schema gibt es die Angabe {member} nicht.',
  display_formatter_misfit: ({ at = '', formatter = '', kind = '', member = '' }) =>
    `Bei Zeichen ${at}: Zu ${formatter} gehört: ${kindWords(kind)}. ${member} ist etwas anderes.`,
  display_currency_not_text: 'Bei Zeichen {at}: Die Währung {member} ist kein Text.',
  display_currency_unknown: 'Bei Zeichen {at}: {value} ist keine Währung nach ISO 4217.',
} satisfies GermanWords;

export const DETAIL_GERMAN = {
  details_too_many_characters: 'authorization_details hat höchstens {most} Zeichen.',
  details_too_many_bytes: 'authorization_details hat höchstens {most} Bytes.',
  details_unreadable: 'authorization_details: {problem}',
  details_not_list: 'authorization_details ist eine Liste von Objekten.',
  details_too_many: 'authorization_details hat höchstens {most} Einträge.',
  detail_not_typed: 'authorization_details[{index}] ist kein Objekt mit einem Typ.',
  detail_number_too_large: 'authorization_details[{index}] enthält eine zu große Zahl.',
  detail_text_not_well_formed: 'authorization_details[{index}] enthält ein halbes Zeichen.',
  detail_type_unknown: 'authorization_details[{index}]: Die Ressource kennt diesen Typ nicht.',
  detail_not_as_declared: 'authorization_details[{index}]{at}: nicht so, wie der Typ es angibt.',
  details_repeated: 'authorization_details steht mehr als einmal da.',
  details_without_resource: 'authorization_details gehören zu einer Ressource: Nennen Sie diese.',
  detail_type_ambiguous:
    'authorization_details[{index}]: Mehrere der Ressourcen haben diesen Typ. Fragen Sie nach einer nach der anderen.',
  details_exceed_token: 'authorization_details: mehr als {most} Bytes in einem Token. Verlangen Sie weniger.',
} satisfies GermanWords;
