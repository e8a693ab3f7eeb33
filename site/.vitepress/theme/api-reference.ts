/** The components of the API reference; only its pages import them, since they are larger than all other scripts together. */
import { theme, useOpenapi } from 'vitepress-openapi/client';
import 'vitepress-openapi/dist/style.css';
import { type App, getCurrentInstance } from 'vue';

const ready = new WeakSet<App>();

/** Registers the components once for each application, and the document they show. Call it in `setup`. */
export const useApiReference = (spec: object): void => {
  const app = getCurrentInstance()?.appContext.app;
  if (app && !ready.has(app)) {
    theme.enhanceApp({ app });
    ready.add(app);
  }
  useOpenapi({
    spec,
    config: {
      // Nothing here sends requests: a page of documentation has no token, and a sample without one would be refused.
      operation: {
        hiddenSlots: ['header', 'tags', 'security', 'playground', 'code-samples', 'branding', 'footer'],
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
