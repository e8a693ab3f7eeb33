/** The forms that allow an agent a static secret as an exception, and rotate it. */
import { secretPage } from '../../../views/partials/secret-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { agentSecretWords as words } from '../../../views/words/static-secrets.ts';
import { agentToGiveCredentials } from './agent-standing.ts';
import { agentHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { oldSecretOf } from './credential-rotation.ts';
import { addStaticSecretPages } from './static-secret-pages.ts';

/** Adds `/console/agents/:id/secret` and `…/rotate-secret`. */
export const addAgentSecretPages = (parts: PageParts): void => {
  const { deps, calls } = parts;
  addStaticSecretPages(parts, {
    ...{ path: '/console/agents', place: 'agents', hrefOf: (id) => agentHref(deps, id) },
    nameOf: async (viewer, id) => (await agentToGiveCredentials(deps, calls, viewer, id)).document.name,
    ...{ allow: 'allowAgentSecret', rotate: 'rotateAgentSecret', lead: words.allowLead, overlaps: [0, 3600, 86_400] },
    oldOf: (id, newest) => oldSecretOf(deps, id, newest),
    shown: (frame, id, secret, old) =>
      secretPage(frame, {
        ...{ place: 'agents', title: words.shown, lead: words.shownLead },
        secrets: [
          { label: fieldWords.clientId, value: id },
          { label: fieldWords.clientSecret, value: secret },
        ],
        ...(old === undefined ? {} : { old }),
        next: { href: `${agentHref(deps, id)}#credentials`, text: objectWords.onward },
      }),
  });
};
