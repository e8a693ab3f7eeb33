import { type Phrase, phrase } from '../html.ts';
import type { GermanWords } from './refusals.ts';

/** Texts of one layer. */
export type LayerWords = {
  readonly name: Phrase;
  /** Why a right that a person allowed is blocked now. Absent: a text without a reason. */
  readonly blocked?: Phrase;
};

export const askedEachTime = phrase({ en: 'You are asked each time.', de: 'Dazu werden Sie jedes Mal gefragt.' });

/** Layers of a decision, by their names in the audit log. The code of the pages checks that none is missing. */
export const layerWords = {
  resource_server: {
    name: phrase({ en: 'Resource server', de: 'Ressourcenserver' }),
    blocked: phrase({ en: 'Not offered any more.', de: 'Wird nicht mehr angeboten.' }),
  },
  role: { name: phrase({ en: 'Roles', de: 'Rollen' }) },
  response: {
    name: phrase({ en: 'Response rule', de: 'Reaktionsregel' }),
    blocked: phrase({
      en: 'The agent behaved unlike itself. For a time it may only do what it did before.',
      de: 'Der Agent hat sich anders verhalten als sonst. Eine Zeit lang darf er nur, was er vorher getan hat.',
    }),
  },
  client: {
    name: phrase({ en: 'Application', de: 'App' }),
    blocked: phrase({
      en: 'The app is stopped, or may not do this.',
      de: 'Die App ist gestoppt oder darf das nicht.',
    }),
  },
  agent: {
    name: phrase({ en: 'Rights of the agent', de: 'Rechte des Agenten' }),
    blocked: phrase({
      en: 'The agent is stopped, or may not do this.',
      de: 'Der Agent ist gestoppt oder darf das nicht.',
    }),
  },
  blueprint: {
    name: phrase({ en: 'Blueprint', de: 'Blueprint' }),
    blocked: phrase({ en: 'Agents of this kind may not do this.', de: 'Agenten dieser Art dürfen das nicht.' }),
  },
  environment: {
    name: phrase({ en: 'Environment', de: 'Umgebung' }),
    blocked: phrase({
      en: 'Not open to agents of this environment.',
      de: 'Für Agenten dieser Umgebung nicht offen.',
    }),
  },
  approval: { name: phrase({ en: 'Approval', de: 'Freigabe' }), blocked: askedEachTime },
  subject: {
    name: phrase({ en: 'Rights of the person', de: 'Rechte der Person' }),
    blocked: phrase({ en: 'You do not have this right yourself.', de: 'Sie haben dieses Recht selbst nicht.' }),
  },
  grant: { name: phrase({ en: 'What the person allowed the application', de: 'Was die Person der App erlaubt hat' }) },
  subject_token: { name: phrase({ en: 'Token it comes with', de: 'Token, mit dem er kommt' }) },
  delegation: { name: phrase({ en: 'Consent of the person', de: 'Einwilligung der Person' }) },
  policy: {
    name: phrase({ en: 'Policies', de: 'Richtlinien' }),
    blocked: phrase({
      en: 'The policies here do not permit it.',
      de: 'Die Richtlinien hier erlauben es nicht.',
    }),
  },
  external: { name: phrase({ en: 'External decision point', de: 'Externe Entscheidungsstelle' }) },
  participants: {
    name: phrase({ en: 'Other participants', de: 'Andere Teilnehmende' }),
    blocked: phrase({
      en: 'Another participant does not allow it.',
      de: 'Eine andere teilnehmende Person erlaubt es nicht.',
    }),
  },
} satisfies Readonly<Record<string, LayerWords>>;

/** The texts of a layer whose name came as data. */
export const wordsOfLayer = (layer: string): LayerWords | undefined =>
  Object.hasOwn(layerWords, layer) ? layerWords[layer as keyof typeof layerWords] : undefined;

/** What has to change before a layer lets a scope through, by reason. */
export const LAYER_STATEMENTS_GERMAN = {
  lift_narrowing:
    'Die Reaktion, die einen Agenten der Kette eingeschränkt hat: Jemand vom Betrieb hebt sie auf, oder sie endet von selbst. Bis dahin ist {scope} bei {resource} neu oder verweigert.',
  simulation_skips_external_point: 'eine Simulation fragt sonst niemanden',
  register_document_client: '{client} hier registrieren: Ohne Eigentümer kann es {scope} bei {resource} nicht haben.',
  give_client_scope: 'Client {client}: ihm {scope} bei {resource} geben.',
  give_agent_scope: 'Agent {agent}: ihm {scope} bei {resource} geben.',
  allow_in_blueprint:
    'Blueprint {blueprint}, und worauf Agent {agent} sich beschränkt hat: {scope} bei {resource} erlauben.',
  allow_in_ceilings: 'Obergrenzen des Agenten {agent}: {scope} bei {resource} erlauben.',
  accept_environment:
    'Ressourcenserver {server}: Agenten der Umgebung {environment} zulassen; zugelassen sind: {accepted}.',
  approve_each_time: 'Jedes Mal eine Freigabe: Die Obergrenzen verlangen sie für {scope} bei {resource}.',
  entitle_account: 'Konto {account}: zu {scope} bei {resource} berechtigen.',
  enable_account: 'Konto {account}: einschalten.',
  allow_client: 'Die Person erlaubt der App diese Berechtigung.',
  present_wider_token: 'Ein Token der Person, das diese Berechtigung enthält.',
  consent_to_agent: 'Die Person willigt ein: {agent} darf {scope} bei {resource} haben.',
  allowed_by_participants: 'Jede teilnehmende Person willigt ein: {agent} darf {scope} bei {resource}.',
  permit_at_external_point: 'Externe Entscheidungsstelle: {scope} bei {resource} erlauben.',
} satisfies GermanWords;

/** Why a layer does not apply on a route, by reason. A clause after `only if`, with its verb last (German). */
export const ROUTE_STATEMENTS_GERMAN = {
  only_caller_involved: 'außer dem Aufrufer ist niemand beteiligt',
  no_token_exchanged: 'es wird kein Token getauscht',
  caller_acts_for_itself: 'der Aufrufer handelt für sich selbst',
  provider_issues_within_grant: 'ausgegeben wird innerhalb dessen, was gewährt ist',
  caller_is_agent: 'der Aufrufer ein Agent ist',
  token_for_person: 'das Token für jemanden spricht',
  token_of_delegation: 'das Token an einer Delegation hängt',
  person_used_client: 'die Person eine App benutzt hat, außer die Delegation gilt für deren Aufrufe',
  external_point_named:
    'die Konfiguration für diesen Weg eine externe Entscheidungsstelle nennt, außer bei der Verwaltungs-API',
  is_what_is_asked: 'darum wird ja gebeten',
  asked_by_later_requests: 'Einwilligung und Token-Anfrage fragen danach',
  token_for_same_resource: 'es für dieselbe Ressource ist',
  resources_are_of_others: 'über Ressourcen anderer wird hier niemand gefragt',
  sign_in_for_no_resource: 'eine Anmeldung gilt für keine davon',
  peer_may_be_asked: 'die Administration lässt den Partner fragen',
  assertion_names_scope: 'die Assertion eine Berechtigung nennt',
  peer_is_trusted: 'die Administration vertraut dem Partner',
  grant_ends_subject_token: 'mit seinem Ende endet auch das Token der Person',
  token_exchanged_for_same_resource: 'ein Token für dieselbe Ressource getauscht wurde',
  exchange_with_client_grant: 'ein Tausch hierher führte, vom Token einer App, der dort etwas erlaubt wurde',
  exchange_for_same_resource: 'ein Tausch hierher führte, für dieselbe Ressource',
  grant_ends_token: 'mit seinem Ende endet auch das Token',
  several_participants: 'wenn an dem Vorgang mehrere Personen teilnehmen',
  subject_token_has_them: 'das Subjekt-Token braucht sie, und dieses Token hat nicht mehr',
  external_point_asked_before:
    'sie wurde gefragt, als das Token entstand; APIs dürfen nicht auf einen fremden Server warten',
  token_ends_with_grant: 'ein Token endet mit dem, was gewährt wurde',
  asked_about_token: 'nach einem Token gefragt wird',
  delegation_or_agent_named: 'das Token an einer Delegation hängt, oder ein Agent für eine Person genannt ist',
} satisfies GermanWords;
