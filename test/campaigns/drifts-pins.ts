/** The pins of tool lists: those of the packages for agents and APIs, and those of the gateway. */
import { ToolsChanged, toolPins } from '../../packages/agent/src/agent.ts';
import { toolLists } from '../../src/gateway/decision/tool-lists.ts';
import type { CampaignRun } from './campaign.ts';
import { otherText, partsThatDiffer, type Setup, toolsThatDiffer } from './drifts-forms.ts';

const SERVER = 'https://mcp.example.com';

/** The changes that the package names. */
const pinnedBy = async (before: Setup, after: Setup): Promise<readonly string[]> => {
  const pins = toolPins();
  await pins.check(SERVER, before.tools);
  try {
    await pins.check(SERVER, after.tools);
    return [];
  } catch (error) {
    if (!(error instanceof ToolsChanged)) throw error;
    return error.changes.map(({ tool }) => tool);
  }
};

/** An answer to `tools/list`, as one JSON text or as an event of a stream. */
const answerOf = ({ random }: CampaignRun, { tools }: Setup) => {
  const message = { jsonrpc: '2.0', id: 1, result: { tools } };
  if (random.chance(0.5))
    return { contentType: 'application/json', encoding: '', body: Buffer.from(otherText(random, message)) };
  // An event has its data on one line. Letters that end lines elsewhere are escaped there.
  const line = JSON.stringify(message).replaceAll('\u2028', '\\u2028');
  return {
    contentType: 'text/event-stream; charset=utf-8',
    encoding: '',
    body: Buffer.from(`event: message\ndata: ${line}\n\n`),
  };
};

/** The changes that the gateway names, and whether the list passed. */
const heldBy = (run: CampaignRun, before: Setup, after: Setup) => {
  const named: string[] = [];
  const unread: string[] = [];
  const lists = toolLists({
    ...{ onChange: 'refuse', file: undefined, onUnreadable: (why) => unread.push(why) },
    onChanged: ({ tool }) => named.push(tool),
  });
  const first = lists.refusalOf(answerOf(run, before));
  const second = lists.refusalOf(answerOf(run, after));
  return { named, unread, isFirstRefused: first !== undefined, reason: second?.reason };
};

/** Compares what both notice with what differs. */
export const checkPins = async (run: CampaignRun, before: Setup, after: Setup): Promise<void> => {
  const differs = partsThatDiffer(before, after).flatMap(({ name }) => name ?? []);
  const kit = await pinnedBy(before, after);
  if (kit.join() !== differs.join()) run.violation(`the package names ${kit.join()}, and ${differs.join()} differ`);
  const changed = toolsThatDiffer(before, after);
  const { named, unread, isFirstRefused, reason } = heldBy(run, before, after);
  if (isFirstRefused || unread.length > 0) run.violation(`the gateway did not read a list: ${unread.join()}`);
  if (named.sort().join() !== changed.join())
    run.violation(`the gateway names ${named.join()}, and ${changed.join()} differ`);
  if ((reason === 'tools_changed') !== changed.length > 0)
    run.violation(`the gateway answered ${String(reason)} to ${changed.join()}`);
};
