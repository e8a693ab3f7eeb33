/** Models of the pages that register many agents. Text that another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import {
  agentsImportPage,
  importedAgentsPage,
  importingAgentsPage,
  previewAgentsPage,
} from '../../../views/pages/console-agents-import.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';

export const agentsImportPages = (
  frame: ConsoleFrame,
  text: (usual: string) => string,
): Readonly<Record<string, Html>> => {
  const listHref = `${frame.basePath}/console/agents`;
  const links = { action: `${listHref}/import`, listHref };
  const form = { ...links, most: 1000 };
  const carried = { rest: '{"line":2}', results: '', once: 'x'.repeat(43) };
  const right = {
    line: 2,
    name: text('Reader'),
    environment: text('test'),
    owner: text('ada'),
    blueprint: text('bpt_1'),
    isPending: true,
  };
  const refused = { line: 4, name: text('Planner'), error: text('blueprint: There is no such blueprint.') };
  return {
    'console-agents-import': agentsImportPage(frame, { ...form, list: '' }),
    'console-agents-import-file': agentsImportPage(frame, {
      ...form,
      list: '',
      error: text('There is no agent in it.'),
    }),
    'console-agents-import-list': agentsImportPage(frame, {
      ...form,
      list: text('name'),
      error: text('Unknown column.'),
    }),
    'console-agents-import-preview': previewAgentsPage(frame, {
      ...{ ...links, carried, right: [right, { ...right, owner: '', blueprint: '', isPending: false }] },
      wrong: [
        {
          line: 3,
          name: text('Planner'),
          errors: [{ member: text('owner'), given: text('bob'), text: 'There is none.' }],
        },
        { line: 4, name: '', errors: [{ text: 'No JSON.' }] },
      ],
    }),
    'console-agents-import-none': previewAgentsPage(frame, { ...links, carried, right: [], wrong: [] }),
    'console-agents-import-running': importingAgentsPage(frame, {
      ...links,
      done: 250,
      all: 1000,
      next: 250,
      made: 247,
      refused: 3,
      carried,
    }),
    'console-agents-import-result': importedAgentsPage(frame, {
      made: [
        { line: 2, name: text('Reader'), id: text('agt_1'), href: `${listHref}/agt_1`, isPending: true },
        { line: 3, name: text('Payer'), id: text('agt_2'), href: `${listHref}/agt_2`, isPending: false },
      ],
      ...{
        refused: [{ line: 3, name: '', error: text('No JSON.') }, refused],
        results: text('{}'),
        fileAction: `${links.action}/file`,
        listHref,
      },
    }),
  };
};
