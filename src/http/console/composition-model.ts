import type { AgentPageModel } from '../../../views/pages/console-agent.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { compositionChanges } from '../../domain/clients/agents/composition.ts';
import { agentHref, type ConsoleDeps } from './console-deps.ts';

/** The composition of an agent and one that waits, each with its differences. `mayDecide`: the viewer may change the agent. */
export const compositionModels = (
  deps: ConsoleDeps,
  { id, state, composition, compositionHistory = [], compositionDrift, compositionOmittedAt: omittedAt }: Agent,
  mayDecide: boolean,
): Pick<AgentPageModel, 'composition' | 'drift'> => {
  const [before] = compositionHistory;
  const paths = `${agentHref(deps, id)}/compositions`;
  return {
    ...(composition
      ? {
          composition: {
            ...composition,
            tools: composition.tools ?? [],
            isAttested: composition.grade === 'attested',
            changes: before ? compositionChanges(before, composition) : [],
            ...(omittedAt === undefined ? {} : { omittedAt }),
          },
        }
      : {}),
    ...(compositionDrift
      ? {
          drift: {
            digest: compositionDrift.composition.digest,
            isAttested: compositionDrift.composition.grade === 'attested',
            action: compositionDrift.action,
            noticedAt: compositionDrift.noticedAt,
            changes: compositionChanges(composition, compositionDrift.composition),
            ...(mayDecide && state !== 'retired'
              ? { decide: { approve: `${paths}/approve`, reject: `${paths}/reject` } }
              : {}),
          },
        }
      : {}),
  };
};
