import { describe, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import { recordOf } from '../../../src/domain/authority/decision/decision.ts';
import { explainDecision, policySource } from '../../../src/domain/authority/policy/explain-decision.ts';
import { API, generous, policiesThat } from '../decision/world.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

type Policies = ReturnType<typeof policiesThat>;

const sends = ({ resource }: { readonly resource: { readonly id: string } }): boolean => resource.id.endsWith('send');
const permitting = policiesThat(() => ({}));
const forbidding = policiesThat((asked) => (sends(asked) ? { effect: 'deny' } : {}));
const silent = policiesThat((asked) => (sends(asked) ? { effect: 'deny', determining: [] } : {}));
const needing = policiesThat((asked) => (sends(asked) ? { annotations: { approval: 'required' } } : {}));

/** The event of a decision about both scopes under `policies`. */
const recorded = async (policies: Policies): Promise<AuditEvent> => {
  const decision = await authorizer({ identifiers: countedIdentifiers(), managementApi: API, policies })({
    ...generous('token_exchange'),
    asked: ['read', 'send'],
  });
  return { type: 'token.issued', outcome: 'granted', decision: decision.id, inputs: recordOf(decision) };
};

const explained = async (before: Policies, by: Policies = before) => {
  const scopes = explainDecision(await recorded(before), (await by.current()).policies);
  return scopes?.find(({ scope }) => scope === 'send');
};

describe('the explanation of a decision', () => {
  test('says by which policy a scope was permitted, forbidden, or that no policy permits it', async () => {
    expect(await explained(permitting)).toMatchObject({ was: 'granted', says: 'permit', policies: ['one'], needs: [] });
    expect(await explained(forbidding)).toMatchObject({
      ...{ was: 'refused', wasBy: 'policy', says: 'forbid', policies: ['one'] },
    });
    expect(await explained(silent)).toMatchObject({ was: 'refused', says: 'no policy permits', policies: [] });
  });

  test('says what a permit needs besides, and does not call it a forbid', async () => {
    expect(await explained(needing)).toMatchObject({
      ...{ was: 'refused', wasBy: 'approval', says: 'permit', policies: ['one'], needs: ['approval'] },
    });
  });

  test('says what other policies say to the same question', async () => {
    expect(await explained(permitting, forbidding)).toMatchObject({ was: 'granted', says: 'forbid' });
    expect(await explained(forbidding, permitting)).toMatchObject({ was: 'refused', says: 'permit' });
  });

  test('is none for an event without a recorded question', async () => {
    const event: AuditEvent = { type: 'token.issued', outcome: 'granted', inputs: {} };
    expect(explainDecision(event, (await permitting.current()).policies)).toBeUndefined();
  });
});

describe('the text of a policy', () => {
  const TEXT = `// Not @id("b"): see below; it forbids.
@id("a")
@reason("Use @id(\\"b\\"); it is stricter.")
permit (principal, action, resource);

@id("b")
forbid (principal, action, resource)
when { context.note == "a;b // @id(\\"c\\")" };
@id ( "c" )
permit (principal, action, resource);
`;

  test('is found by its id, not by one that a comment or a string before it names', () => {
    expect(policySource(TEXT, 'a')).toMatchObject({ line: 1, text: expect.stringContaining('permit (') });
    const b = policySource(TEXT, 'b');
    expect(b?.line).toBe(6);
    expect(b?.text).toMatch(/^@id\("b"\)\nforbid [\s\S]* };$/);
    expect(policySource(TEXT, 'c')).toEqual({
      line: 9,
      text: '@id ( "c" )\npermit (principal, action, resource);',
    });
    expect(policySource(TEXT, 'd')).toBeUndefined();
  });
});
