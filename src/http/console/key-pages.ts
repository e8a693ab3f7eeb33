import { signingKeysPage } from '../../../views/pages/console-settings.ts';
import { confirmPage } from '../../../views/partials/console-list.ts';
import { keyWords } from '../../../views/words/console-settings.ts';
import { seeOther, sendPage } from '../interaction/page-answers.ts';
import type { PageParts } from './console-forms.ts';
import { stepUp } from './step-up.ts';

/** Adds `/console/keys`: the signing keys, and their rotation. */
export const addKeyPages = ({ router, page, deps, calls, sessions, openedAs }: PageParts): void => {
  const home = `${deps.basePath}/console/keys`;
  const withFactor = stepUp(deps);

  page('/console/keys', async (ctx, { viewer, frame }) => {
    const { body } = await calls.run('listKeys', viewer.account, viewer.by);
    const keys = (body?.items ?? []).map(({ id, kty: kind, state, signs_from: from, signs_until: until }) => ({
      ...{ id, kind, state, from },
      ...(until === undefined ? {} : { until }),
    }));
    const rotate = calls.may('rotateKeys', viewer.account) ? { rotateHref: `${home}/rotate` } : {};
    sendPage(ctx, 200, signingKeysPage({ ...frame, keys, ...rotate }));
  });

  page('/console/keys/rotate', async (ctx, { viewer, frame }) => {
    calls.access('rotateKeys', viewer.account);
    const asked = { title: keyWords.rotate, question: keyWords.rotateAsked, lead: keyWords.rotateLead };
    const form = { button: keyWords.rotate, action: `${home}/rotate`, cancelHref: home, kind: 'primary' as const };
    sendPage(ctx, 200, confirmPage(frame, { ...asked, ...form }));
  });

  router.post('/console/keys/rotate', async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('rotateKeys', account, by);
    if (await withFactor(ctx, account.id, `${home}/rotate`, call)) seeOther(ctx, `${home}?done=rotated`);
  });
};
