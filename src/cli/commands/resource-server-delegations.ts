/**
 * `behalf resource-servers propose-delegation` and related commands: scopes of other APIs that a resource server asks its
 * callers for.
 */
import { type Command, CommandError, EXIT, isCommandError, type Option } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import type { ActionOperation } from '../operations.ts';
import { printable } from '../table.ts';

const PAIR = {
  to: { value: 'RESOURCE', description: 'Identifier of the other API.', isRequired: true },
  scope: { value: 'NAME', description: 'One scope that the other API declares.', isRequired: true },
} as const satisfies Record<string, Option>;

const WHO_ACCEPTS =
  'Another operator or administrator accepts it: in the console, or with the key of a client that they own. Account and client must be older than the proposal, and unchanged since.';

const pairCommand = (description: {
  readonly verb: string;
  readonly operation: ActionOperation;
  readonly summary: string;
  readonly notes: string;
  readonly text: (
    names: { readonly id: string; readonly to: string; readonly scope: string },
    call: ManagementCall,
  ) => string;
}): Command => {
  const { verb, operation, summary, notes, text } = description;
  return managementCommand({
    words: ['resource-servers', verb],
    operands: ['API'],
    summary,
    role: 'operator',
    options: PAIR,
    notes,
    run: async (call) => {
      const id = call.operands[0] ?? '';
      const pair: Json = { resource: call.required('to'), scope: call.required('scope') };
      const { body } = await call.api.run(operation, { id, body: pair }).catch((error: unknown) => {
        if (operation !== 'acceptDelegation' || !isCommandError(error) || error.status !== 403) throw error;
        throw new CommandError(error.message, { hint: WHO_ACCEPTS, cause: error });
      });
      const names = { id: printable(id), to: printable(call.required('to')), scope: printable(call.required('scope')) };
      call.print.object(body, text(names, call));
      return EXIT.done;
    },
  });
};

export const delegationCommands: readonly Command[] = [
  pairCommand({
    verb: 'propose-delegation',
    operation: 'proposeDelegation',
    summary: 'Propose a scope of another API that the resource server requests from its callers.',
    notes: `It has no effect until it is accepted. ${WHO_ACCEPTS}`,
    text: ({ id, to, scope }, { api }) =>
      [
        `${scope} at ${to} is proposed. Another operator or administrator accepts it:`,
        `  where       ${printable(api.issuer)}/console/resource-servers/${id}`,
        `  or          behalf resource-servers accept-delegation ${id} --to ${to} --scope ${scope} --key-file FILE, with the key of a client that they own`,
        '',
      ].join('\n'),
  }),
  pairCommand({
    verb: 'accept-delegation',
    operation: 'acceptDelegation',
    summary: 'Accept a scope that another operator or administrator proposed.',
    notes: `${WHO_ACCEPTS} People are then asked for it on the consent page, unticked.`,
    text: ({ id, to, scope }) => `${id} asks its callers for ${scope} at ${to}.\n`,
  }),
  pairCommand({
    verb: 'withdraw-delegation',
    operation: 'withdrawDelegation',
    summary: 'Withdraw a scope that was proposed or accepted.',
    notes: 'Its effect ends at the next decision.',
    text: ({ id, to, scope }) => `${id} does not ask its callers for ${scope} at ${to}.\n`,
  }),
];
