/** The application of the page, for the parts of the theme that are loaded later. */
type Application = { component(name: string, component: object): unknown; use(plugin: object): unknown };

let current: Application | undefined;

/** Keeps what VitePress passes to `enhanceApp`. */
export const keepApplication = ({ app }: { readonly app: Application }): void => {
  current = app;
};

/** What was kept, or undefined before the start. */
export const keptApplication = (): Application | undefined => current;
