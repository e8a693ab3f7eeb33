/** What a replay of recorded decisions answers, a line at a time. */
import { named, type Properties, ref } from '../../schema.ts';
import { arrayOf, integer, number, output, seconds, string, strings } from '../../schema-parts.ts';
import { ARCHIVED } from '../archived-event.ts';

const listOf = (properties: Properties) => arrayOf(output(properties));

const COUNTED = {
  allowed: integer('Scopes that were refused and would be granted.'),
  refused: integer('Scopes that were granted and would be refused.'),
};

export const POLICY_REPLAY_LINE = named(
  'PolicyReplayLine',
  output(
    {
      read: integer('Number of decisions read so far.'),
      changed: integer('Number of decisions that would differ.'),
      at: seconds('Time of the last decision read.'),
      share: number('Fraction of the range that is done, 0 to 1.'),
      summary: {
        ...output(
          {
            read: integer('Number of decisions read.'),
            decided: integer('Number of decisions that recorded their policy request.'),
            changed: integer('Number of decisions that would differ.'),
            by_caller: listOf({
              caller: string(),
              changed: integer('Number of its decisions that would differ.'),
              ...COUNTED,
            }),
            by_scope: listOf({ resource: string(), scope: string(), ...COUNTED }),
            examples: arrayOf(
              output(
                {
                  at: seconds('When it was decided.'),
                  decision: string(),
                  caller: string(),
                  resource: string(),
                  allowed: strings('', 200, 200),
                  refused: strings('', 200, 200),
                },
                ['decision', 'caller', 'resource'],
              ),
            ),
            archived: {
              ...ref(ARCHIVED),
              description: 'Present when decisions of the range may be in an archive only: they were not read.',
            },
          },
          ['archived'],
        ),
        description: 'Present only on the last line, as its only member.',
      },
    },
    ['read', 'changed', 'at', 'share', 'summary'],
  ),
);
