/** Finds the modules of this program, and those of its largest packages, by their names alone. */
import { registerHooks } from 'node:module';

/** The folder of the program. */
const OURS = new URL('../../', import.meta.url).href;
/** Workspaces may have packages of their own. */
const WORKSPACES = `${OURS}packages/`;
/** The name of a package, and perhaps a path in it. */
const PACKAGE = /^@?[a-z][^:]*$/;
/** Consist of ES modules only, which import each other by the names of their files. Together 800 imports of a start. */
const PACKAGES = ['oidc-provider', 'jose'].map((name) => `${OURS}node_modules/${name}/`);

/**
 * From now on, a module of ours that imports another one by its relative path gets the file at that path, and so does a module of
 * `PACKAGES`. A package that several modules of ours import is looked for once. Node itself looks for the file, its links and the package
 * around it, for each import: a fifth of what loading costs. All other imports are left to Node. A file that is not there fails when it is
 * read. Call it before the program is loaded.
 */
export const resolveOwnModules = (): void => {
  const packages = new Map<string, { readonly url: string; readonly format?: string | null | undefined }>();
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL, conditions } = context;
      if (specifier.startsWith('node:')) return { url: specifier, format: 'builtin', shortCircuit: true };
      if (parentURL === undefined || conditions.includes('require')) return next(specifier, context);
      const isRelative = specifier.startsWith('./') || specifier.startsWith('../');
      if (isRelative && specifier.endsWith('.ts') && isOurs(parentURL)) {
        return { url: new URL(specifier, parentURL).href, format: 'module-typescript', shortCircuit: true };
      }
      if (isRelative && specifier.endsWith('.js') && PACKAGES.some((folder) => parentURL.startsWith(folder))) {
        return { url: new URL(specifier, parentURL).href, format: 'module', shortCircuit: true };
      }
      if (!PACKAGE.test(specifier) || !isOurs(parentURL) || parentURL.startsWith(WORKSPACES))
        return next(specifier, context);
      const known = packages.get(specifier);
      if (known) return { ...known, shortCircuit: true };
      const { url, format } = next(specifier, context);
      packages.set(specifier, { url, format });
      return { url, format, shortCircuit: true };
    },
  });
};

const isOurs = (url: string): boolean => url.startsWith(OURS) && !url.includes('/node_modules/');
