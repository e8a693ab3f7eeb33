import { checkText } from '../../platform/display-names/display-text.ts';
import { agentRefusal } from './agent-refusals.ts';

/** The composition of an agent. The digest identifies the whole; the texts describe the known parts. */
export type Composition = {
  /** 1, 2, … within one agent. */
  readonly version: number;
  /** `sha256:` and 64 hexadecimal digits, lower case. */
  readonly digest: string;
  readonly model?: string;
  readonly prompt?: string;
  readonly tools?: readonly string[];
  /** Account or client id. */
  readonly declaredBy: string;
  readonly declaredAt: number;
};

export type DeclaredComposition = Pick<Composition, 'digest' | 'model' | 'prompt' | 'tools'>;

/** Maximum number of compositions kept with the agent; the audit log has all. */
export const KEPT_COMPOSITIONS = 50;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Throws 'invalid_field' naming the member, below `/composition`. */
export const checkComposition = ({ digest, model, prompt, tools }: DeclaredComposition): void => {
  if (!DIGEST.test(digest)) throw agentRefusal('composition_digest_malformed', { field: '/composition/digest' });
  if (model !== undefined) checkText(model, '/composition/model', 200);
  if (prompt !== undefined) checkText(prompt, '/composition/prompt', 200);
  for (const [index, tool] of (tools ?? []).entries()) checkText(tool, `/composition/tools/${index}`, 200);
  if ((tools ?? []).length > 200) throw agentRefusal('composition_tools_exceeded', { field: '/composition/tools' });
};
