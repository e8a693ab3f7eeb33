import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { separatorsOf } from '../../../src/domain/clients/workload-identity/trusted-issuer.ts';
import {
  checkClaimRules,
  checkTextRule,
  firstUnfit,
  fitsText,
} from '../../../src/domain/platform/remote-keys/claim-rules.ts';

const github = separatorsOf({ template: 'github-actions' });
const kubernetes = separatorsOf({ template: 'kubernetes' });

describe('FW-04 a pattern is anchored, and "*" never crosses a separator', () => {
  test.each([
    ['repo:org/*', 'repo:org/x', true],
    ['repo:org/*', 'repo:org-evil/x', false],
    ['repo:org/*', 'repo:org/x:ref:refs/heads/main', false],
    ['repo:org/*', 'xrepo:org/x', false],
    ['repo:org/*', 'repo:org/', false],
    ['repo:org/app:ref:refs/heads/*', 'repo:org/app:ref:refs/heads/main', true],
    ['repo:org/app:ref:refs/heads/*', 'repo:org/app:ref:refs/heads/a/b', false],
    ['repo:org/app:ref:refs/heads/release-*', 'repo:org/app:ref:refs/heads/release-1', true],
    ['repo:org/app:ref:refs/heads/release-*', 'repo:org/app:ref:refs/heads/release-', false],
    ['repo:org@*/app@*:environment:prod', 'repo:org@1/app@2:environment:prod', true],
    ['repo:org@*/app@*:environment:prod', 'repo:org-evil@1/app@2:environment:prod', false],
    ['repo:org*/app', 'repo:org@7/app', false],
    ['repo:org/*:ref:x', 'repo:org/a:pull_request:ref:x', false],
  ])('%s and %s: %s', (like, subject, fits) => {
    expect(fitsText(checkTextRule({ like }, '', github), subject, github)).toBe(fits);
  });

  test('what a star stands for holds no separator, for any pattern and text', () => {
    const part = fc.stringMatching(/^[a-c:/]{0,6}$/);
    fc.assert(
      fc.property(part, part, part, (before, between, behind) => {
        const text = `a:${before}${between}${behind}`;
        const fits = fitsText({ like: `a:${before}*${behind}` }, text, kubernetes);
        const plain = between !== '' && ![...between].some((one) => kubernetes.includes(one));
        // Two ways to read a text are possible only where a star may begin or end elsewhere in the same part.
        if (plain) expect(fits).toBe(true);
        if (fits) expect(text.split(/[:/]/)).toHaveLength(`a:${before}x${behind}`.split(/[:/]/).length);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test.each([
    [{ like: '*' }],
    [{ like: 'repo*:x' }],
    [{ like: 'repo:a**' }],
    [{ like: 'repo:*x*' }],
    [{ like: 'repo:org/x' }],
    [{ equals: '' }],
    [{ equals: 1 }],
    [{ one_of: [] }],
    [{}],
    [{ equals: 'a', like: 'b:*' }],
    ['a'],
    [undefined],
    [{ contains: 'a' }],
  ])('refuses the subject rule %j', (rule) => {
    expect(() => checkTextRule(rule, '/subject', github)).toThrow(expect.objectContaining({ code: 'invalid_field' }));
  });
});

describe('FW-04 rules on claims', () => {
  const claims = {
    namespace: 'agents',
    groups: ['a', 'b'],
    protected: true,
    number: 7,
    float: 1.5,
    nothing: null,
    'kubernetes.io': { namespace: 'agents', serviceaccount: { name: 'planner' } },
    'https://sts.example/': { account: '1' },
  };
  test.each([
    [{ namespace: { equals: 'agents' } }, undefined],
    [{ namespace: { one_of: ['x', 'agents'] } }, undefined],
    [{ groups: { contains: 'b' } }, undefined],
    // A list is no text, and a text no list.
    [{ groups: { equals: 'a' } }, 'groups'],
    [{ groups: { one_of: ['a', 'b'] } }, 'groups'],
    [{ groups: { equals: 'a,b' } }, 'groups'],
    [{ namespace: { contains: 'agents' } }, 'namespace'],
    [{ namespace: { contains: 'a' } }, 'namespace'],
    [{ protected: { equals: 'true' } }, undefined],
    [{ number: { equals: '7' } }, undefined],
    [{ float: { equals: '1.5' } }, 'float'],
    [{ nothing: { equals: 'null' } }, 'nothing'],
    [{ absent: { equals: 'undefined' } }, 'absent'],
    [{ toString: { equals: 'x' } }, 'toString'],
    [{ '/kubernetes.io/serviceaccount/name': { equals: 'planner' } }, undefined],
    [{ '/kubernetes.io/namespace': { equals: 'other' } }, '/kubernetes.io/namespace'],
    [{ '/https:~1~1sts.example~1/account': { equals: '1' } }, undefined],
    [{ '/namespace/length': { equals: '6' } }, '/namespace/length'],
    [{ namespace: { equals: 'agents' }, number: { equals: '8' } }, 'number'],
  ])('%j', (rules, unfit) => {
    expect(firstUnfit(checkClaimRules(rules, '/claims', kubernetes), claims, kubernetes)).toBe(unfit);
  });
});
