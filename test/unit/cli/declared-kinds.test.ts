/** Files declare every member that the management API lets a caller set, apart from those named here. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DECLARED_KINDS, membersOf } from '../../../src/cli/declared/kinds.ts';

type Schema = { readonly properties: Readonly<Record<string, unknown>> };

const { components } = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const NAMES: Readonly<Record<string, string>> = {
  'resource-servers': 'ResourceServer',
  blueprints: 'Blueprint',
  'trusted-issuers': 'TrustedIssuer',
  clients: 'Client',
  budgets: 'Budget',
  webhooks: 'Webhook',
};
/** A client with a role holds the key to the API, so no file declares one. */
const LEFT_OUT = new Set(['id', 'roles']);

describe.each(DECLARED_KINDS.map((kind) => [kind.folder, kind] as const))('%s', (folder, kind) => {
  const settable = (schema: string): readonly string[] =>
    Object.keys(components.schemas[schema]?.properties ?? {}).filter((member) => !LEFT_OUT.has(member));
  const created = settable(`New${NAMES[folder]}`);
  const changed = settable(`${NAMES[folder]}Change`);

  test('declares all that a caller may set', () => {
    expect([...membersOf(kind)].sort()).toEqual([...new Set([...created, ...changed, 'state'])].sort());
  });

  test('changes what the API changes, and compares the rest', () => {
    const isChangeable = (member: string): boolean => changed.includes(member);
    expect(kind.changeable.filter((member) => !isChangeable(member))).toEqual([]);
    expect(created.filter((member) => !isChangeable(member) && member !== kind.identity).sort()).toEqual(
      kind.fixed.filter((member) => !isChangeable(member)).sort(),
    );
  });
});
