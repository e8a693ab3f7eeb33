/** The layout of the picture that shows who delegated to whom. */
import { describe, expect, test } from '@jest/globals';
import {
  type Box,
  COLUMNS,
  type DelegationNode,
  delegationTrees,
  layOut,
} from '../../../views/pages/delegation-tree.ts';

const node = (agent: string, children: readonly DelegationNode[] = [], more: Partial<DelegationNode> = {}) => ({
  ...{ agent, href: `/console/delegations/dlg_${agent}`, resource: 'Calendar', scopes: ['read', 'write'] },
  ...{ state: 'active' as const, until: 1_790_000_000, hidden: 0, isHere: false, children },
  ...more,
});
const model = (delegations: readonly DelegationNode[]) => ({
  ...{ trees: [{ person: 'Ada', href: '/console/people/acc_1', delegations }], more: 0, isMore: false },
  listHref: '/console/delegations',
});
const nameOf = (box: Box): string => ('person' in box ? String(box.person.person) : box.delegation.agent);

describe('the layout of a delegation tree', () => {
  test('gives each hop a column, the first child the row of its parent, and each further branch a row of its own', () => {
    const tree = [node('a', [node('b', [node('c'), node('d')]), node('e')]), node('f')];
    const { boxes, rows, cut } = layOut([
      { person: 'Ada', delegations: tree },
      { person: 'Bob', delegations: [node('g')] },
    ]);
    expect(boxes.map((box) => [nameOf(box), box.column, box.row])).toEqual([
      ...[
        ['Ada', 0, 0],
        ['a', 1, 0],
        ['b', 2, 0],
        ['c', 3, 0],
        ['d', 3, 1],
        ['e', 2, 2],
        ['f', 1, 3],
      ],
      ...[
        ['Bob', 0, 4],
        ['g', 1, 4],
      ],
    ]);
    expect(boxes.flatMap((box) => ('from' in box && nameOf(box) === 'e' ? [box.from] : []))).toEqual([
      { column: 1, row: 0 },
    ]);
    expect([rows, cut]).toEqual([5, 0]);
    const places = boxes.map(({ column, row }) => `${column} ${row}`);
    expect(new Set(places).size).toBe(boxes.length);
  });

  test('cuts chains beyond the last column, and counts what it leaves out', () => {
    const chain = Array.from({ length: COLUMNS + 2 }).reduceRight<readonly DelegationNode[]>(
      (children, _, index) => [node(`n${index}`, children)],
      [],
    );
    const { boxes, cut } = layOut([{ person: 'Ada', delegations: chain }]);
    expect([Math.max(...boxes.map(({ column }) => column)), cut]).toEqual([COLUMNS - 1, 3]);
    const page = String(delegationTrees(model(chain)));
    expect(page).toContain('leaves out 3 in longer chains');
    // The list has the whole chain.
    expect(page.match(/<li>/g)).toHaveLength(1 + chain.length + COLUMNS + 1);
  });
});

describe('the picture of a delegation tree', () => {
  test('makes every box a link whose title has the agent, the API, the scopes and the state', () => {
    const page = String(delegationTrees(model([node('a', [node('b')])])));
    const links = [...page.matchAll(/<a href="([^"]+)"><title>([^<]+)</g)].map(([, href, title]) => [href, title]);
    const boxes = [
      ['/console/people/acc_1', 'Ada'],
      ['/console/delegations/dlg_a', 'a at Calendar: read, write (active)'],
      ['/console/delegations/dlg_b', 'b at Calendar: read, write (active)'],
    ];
    // The picture for a wide screen, and the one for a phone.
    expect(links).toEqual([...boxes, ...boxes]);
  });

  test('for a phone stands within 324 pixels, one box below the other, each hop indented', () => {
    const page = String(delegationTrees(model([node('a', [node('b'), node('c')])])));
    const narrow = page.slice(page.indexOf('<div class="tree-narrow">'));
    expect(narrow).toContain('viewbox="0 0 324 302"');
    const rects = [...narrow.matchAll(/<rect class="[^"]*" x="(\d+)" y="(\d+)" width="(\d+)"/g)];
    expect(rects.map(([, x, y, width]) => [Number(x), Number(y), Number(x) + Number(width)])).toEqual([
      [3, 3, 321],
      [23, 81, 321],
      [43, 159, 321],
      [43, 237, 321],
    ]);
  });

  test('strikes an ended branch, and says so in words', () => {
    const page = String(
      delegationTrees(model([node('a', [node('b', [], { state: 'blocked' })], { state: 'revoked' })])),
    );
    expect(page).toContain('>Calendar · revoked</text>');
    expect(page).toContain('>Calendar · inactive</text>');
    expect(page.match(/<text class="name ended"/g)).toHaveLength(2 * 2);
    expect(page.match(/<s><a /g)).toHaveLength(2);
    expect(page).toContain('inactive: one before it ended</span>');
  });

  test('says how many delegations and hops it leaves out, with a link to the list', () => {
    const page = String(delegationTrees({ ...model([node('a', [], { hidden: 2 })]), more: 7 }));
    expect(page).toContain('and 7 more: <a href="/console/delegations">');
    expect(page).toContain('2 hops before it are not shown');
    expect(String(delegationTrees({ ...model([node('a')]), isMore: true }))).toContain('and further ones: <a ');
  });
});
