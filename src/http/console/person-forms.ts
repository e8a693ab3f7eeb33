import { chosenName } from '../../../views/agent-text.ts';
import { html } from '../../../views/html.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../../../views/language.ts';
import { roleNames } from '../../../views/pages/console-people.ts';
import { fieldWords as words } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { peopleWords } from '../../../views/words/console-people.ts';
import type { AnswerOf } from './console-calls.ts';
import { personHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { choiceField, lineField, linesField, manyField, rightsField, secretField } from './form-fields.ts';
import type { ObjectFormSpec } from './object-form-spec.ts';
import { addObjectForms } from './object-forms.ts';
import { chosenHeading } from './object-names.ts';

const LANGUAGE = choiceField([
  { value: '', text: words.atDefault },
  ...LANGUAGES.map((value) => ({ value, text: LANGUAGE_NAMES[value] })),
]);

const ROLES = (['administrator', 'operator', 'auditor', 'break_glass'] as const).map((value) => ({
  value,
  text: peopleWords.roleNames[value],
  hint: words.roleHints[value],
}));

/** Adds the forms that create an account, and change its facts, its roles and its password. */
export const addPersonForms = (parts: PageParts): void => {
  const { deps } = parts;
  const usual = {
    path: '/console/people',
    place: 'people' as const,
    hrefOf: (id: string) => personHref(deps, id),
  };
  const change = { read: 'getAccount', operation: 'updateAccount' } as const;
  const facts: ObjectFormSpec = {
    ...usual,
    sections: [
      {
        title: objectWords.identity,
        fields: [
          { name: 'username', label: words.username, hint: words.usernameHint, kind: lineField(200), only: 'new' },
          { name: 'name', label: words.name, kind: lineField(200) },
          { name: 'email', label: words.email, kind: lineField(254), optional: true },
          { name: 'language', label: words.language, kind: LANGUAGE, optional: true },
          {
            ...{ name: 'password', label: words.password, hint: words.passwordHint, kind: secretField(1024) },
            ...{ only: 'new', optional: true },
          },
        ],
      },
      {
        title: objectWords.more,
        isFolded: true,
        fields: [
          { name: 'groups', label: words.groups, kind: linesField(3, 8000), optional: true },
          {
            ...{ name: 'entitlements', label: words.entitlements, hint: words.entitlementsHint },
            ...{ kind: rightsField, optional: true },
          },
        ],
      },
    ],
    create: {
      ...{ operation: 'createAccount', title: words.newPerson, lead: words.newPersonLead },
      ...{ button: words.addPerson, done: 'created' },
    },
    change: {
      ...{ ...change, title: words.changePersonTitle, heading: chosenHeading(words.changeOf) },
      lead: words.changePersonLead,
    },
  };
  addObjectForms(parts, facts);
  addObjectForms(parts, {
    ...usual,
    sections: [
      {
        title: words.roles,
        fields: [{ name: 'roles', label: words.roles, kind: manyField(ROLES), optional: true }],
      },
    ],
    change: {
      ...{ ...change, path: 'roles', isStepUp: true, access: 'removeAccountFactors' },
      ...{ title: words.rolesTitle, heading: chosenHeading(words.rolesOf), lead: words.rolesLead },
      now: (person) => {
        const { name, roles } = person as Pick<AnswerOf<'getAccount'>, 'name' | 'roles'>;
        const who = chosenName(name, 100);
        return html`<p>${roles.length === 0 ? peopleWords.noRoles(who) : peopleWords.hasRoles(who, roleNames(roles))}</p>`;
      },
    },
  });
  addObjectForms(parts, {
    ...usual,
    sections: [
      {
        title: words.password,
        fields: [
          {
            ...{ name: 'password', label: words.password, kind: secretField(1024) },
            hint: words.newPasswordHint(deps.passwordMinimumLength),
          },
        ],
      },
    ],
    change: {
      ...{ read: 'getAccount', operation: 'setAccountPassword', path: 'password' },
      button: words.setPassword,
      ...{ title: words.passwordTitle, heading: chosenHeading(words.passwordOf), lead: words.passwordLead },
    },
  });
};
