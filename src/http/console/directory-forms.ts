/** The form that changes a directory. Its client and the directory itself are made on the command line. */
import { directoryWords as words } from '../../../views/words/console-directories.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { flagField, lineField, namedField, numberField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { chosenHeading } from './object-names.ts';
import { groupsField } from './upstream-forms.ts';

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      { name: 'verifies_emails', label: words.verifiesField, hint: words.verifiesHint, kind: flagField },
    ],
  },
  {
    title: words.gives,
    fields: [
      { name: 'groups', label: words.groupMap, hint: words.groupMapHint, kind: groupsField, optional: true },
      {
        ...{ name: 'agent_blueprint', label: words.agentBlueprint, hint: words.agentBlueprintHint, optional: true },
        kind: { ...namedField('blueprint'), isList: true },
      },
    ],
  },
  {
    title: words.limits,
    fields: [
      { name: 'most_accounts', label: words.mostAccounts, kind: numberField(words.mostAccountsHint) },
      { name: 'most_deactivations', label: words.mostDeactivations, kind: numberField(words.mostHint) },
      { name: 'most_deactivations_percent', label: words.mostPercent, kind: numberField(words.percentHint) },
    ],
  },
];

export const directoryForms = (path: string, hrefOf: (id: string) => string): ObjectFormSpec => ({
  ...{ path, place: 'directories', sections: SECTIONS, hrefOf },
  change: {
    ...{ read: 'getDirectory', operation: 'updateDirectory', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
  },
});
