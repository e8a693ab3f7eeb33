/** A part of the demo: an agent reads a denial and does what it says; an operator changes a policy, and tries it on the past. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Denial, Remedy } from '../../src/domain/vocabulary/errors.ts';
import type { Answer } from '../support/oauth-calls.ts';
import type { Cast } from './cast.ts';
import { check, dim, refused, say, step } from './terminal.ts';

const denialOf = ({ body }: Answer): Denial | undefined => body['denial'] as Denial | undefined;

/** What a program does by itself: the first remedy it can follow, at most twice. */
const followed = async (
  ask: (more: Record<string, string>) => Promise<Answer>,
  first: Answer,
): Promise<{ readonly answer: Answer; readonly did: readonly Remedy[] }> => {
  let answer = first;
  const did: Remedy[] = [];
  while (answer.status !== 200 && did.length < 2) {
    const remedy = denialOf(answer)?.remedies?.find(({ kind }) => kind === 'narrow');
    if (remedy?.kind !== 'narrow') break;
    did.push(remedy);
    answer = await ask({ scope: remedy.scope });
  }
  return { answer, did };
};

const NIGHT_WATCH = `
@id("hands-off-the-calendar")
@reason("The calendar is being moved: agents read it, and change nothing.")
forbid (principal is Agent, action == Action::"act", resource)
when { resource.name == "calendar.write" };
`;

export const denials = async (
  cast: Cast,
  folder: string,
  ask: (more: Record<string, string>) => Promise<Answer>,
): Promise<void> => {
  step('A denial says what to do, and Secretary does it by itself');
  const denied = await ask({ scope: 'calendar.delete' });
  refused('calendar.delete', denied, ['invalid_scope', 'consent_required', 'access_denied']);
  say(dim(JSON.stringify(denialOf(denied))));
  const kinds = denialOf(denied)?.remedies?.map(({ kind }) => kind) ?? [];
  check('two ways on: ask Ada for it, or ask for what is allowed now', kinds.join() === 'consent,narrow', denied.text);
  const { answer, did } = await followed(ask, denied);
  check(
    `it asks again for “${did.map((one) => (one.kind === 'narrow' ? one.scope : '')).join()}” and gets it`,
    answer.status === 200,
    answer.text,
  );

  step('An operator forbids something by policy, from one second to the next');
  const starter = await cast.behalf('policy', 'starter');
  const file = join(folder, 'policies.cedar');
  await writeFile(file, `${starter.stdout}\n${NIGHT_WATCH}`);
  say(dim(NIGHT_WATCH.trim()));
  const pushed = await cast.behalf('policy', 'push', file, '--activate');
  check('behalf policy push --activate', pushed.code === 0, pushed.stderr);
  const forbidden = await ask({ scope: 'calendar.write' });
  refused('calendar.write', forbidden, ['access_denied']);
  check('the policy says why', String(forbidden.body['error_description']).includes('being moved'), forbidden.text);
  const again = await followed(ask, forbidden);
  check(
    'Secretary reads on with what is left',
    again.answer.status === 200 && again.did.length === 1,
    again.answer.text,
  );
  const back = await cast.behalf('policy', 'rollback');
  check(
    'behalf policy rollback, and calendar.write works again',
    back.code === 0 && (await ask({ scope: 'calendar.write' })).status === 200,
    back.stderr,
  );

  step('The same policy, tried on what just happened instead: what would it have refused?');
  const replayed = await cast.behalf('policy', 'replay', file, '--since', '1h');
  say(replayed.stdout.trimEnd());
  check(
    'it would have refused calendar.write, which was given; nothing of that counts',
    replayed.code === 0 && /calendar\.write/.test(replayed.stdout),
    replayed.stderr,
  );
};
