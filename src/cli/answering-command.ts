/** Commands that read or act on one object, and print it as the API answers: those of peers, trusted issuers and upstreams. */
import { type Command, EXIT } from './command.ts';
import type { Json } from './management-client.ts';
import { type KeyRole, managementCommand } from './management-command.ts';
import type { ActionOperation, ReadOperation } from './operations.ts';

type Described = {
  readonly verb: string;
  readonly operation: ReadOperation | ActionOperation;
  readonly summary: string;
  readonly role?: KeyRole;
  readonly isProvenHere?: true;
};

/** Makes the commands of one noun. `words` come before the verb. `operand`: a kind of `KINDS` in named-objects.ts. */
export const answeringCommands =
  (words: readonly string[], operand: string, shown: (body: Json) => string) =>
  ({ verb, operation, role = 'operator', ...more }: Described): Command =>
    managementCommand({
      ...{ words: [...words, verb], operands: [operand], role, ...more, options: {} },
      run: async (call) => {
        const { body } = await call.api.run(operation, { id: call.operands[0] ?? '' });
        call.print.object(body, shown(body));
        return EXIT.done;
      },
    });
