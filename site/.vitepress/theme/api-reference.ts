/** The components of the API reference; only its pages import them, since they are larger than all other scripts together. */
import { theme, useOpenapi } from 'vitepress-openapi/client';
import 'vitepress-openapi/dist/style.css';
import { keptApplication } from './application.ts';

let isReady = false;

/** Registers the components once, and the document they show. Call it in `setup`; the build shows none of them. */
export const useApiReference = (spec: object): void => {
  const app = keptApplication();
  if (typeof window === 'undefined' || !app) return;
  if (!isReady) theme.enhanceApp({ app });
  isReady = true;
  useOpenapi({
    spec,
    config: {
      // The page itself has path, description and examples, also without scripts (site/stage.ts). Nothing here sends requests: a
      // page of documentation has no token.
      operation: {
        hiddenSlots: [
          'header',
          'path',
          'tags',
          'description',
          'security',
          'playground',
          'code-samples',
          'branding',
          'footer',
        ],
        cols: 1,
      },
      // The outline of a page lists its operations, not the parts of each.
      headingLevels: { h1: 3, h2: 3, h3: 4, h4: 5, h5: 6, h6: 6 },
      server: { allowCustomServer: false },
      storage: { persistAuth: false },
      requestBody: { defaultView: 'schema' },
      response: { body: { defaultView: 'schema' } },
    },
  });
};
