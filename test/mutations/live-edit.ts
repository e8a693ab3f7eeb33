/**
 * Changes functions of loaded modules in the running process, through the inspector of this process. So a mutation costs
 * no new process, which would load and compile a thousand modules.
 */
import { Session } from 'node:inspector';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';

export type LiveEdit = {
  /** Puts a text in the place of a module's. False if V8 can not: the change is outside of functions, or one is running. */
  replace(path: string, original: string, text: string): Promise<boolean>;
  /** Puts back what `replace` changed. */
  restore(): Promise<void>;
};

export const startLiveEdit = async (): Promise<LiveEdit> => {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, parameters: object = {}): Promise<T> =>
    new Promise((resolve, reject) => {
      session.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result as T)));
    });
  /** Of each URL the first: V8 gives the former text of a changed script a new id. */
  const ids = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { url, scriptId } }) => {
    if (!ids.has(url)) ids.set(url, scriptId);
  });
  await post('Debugger.enable');
  let changed: { readonly scriptId: string; readonly scriptSource: string } | undefined;

  return {
    async replace(path, original, text) {
      const { href } = pathToFileURL(path);
      await import(href);
      const scriptId = ids.get(href);
      if (scriptId === undefined) return false;
      const { scriptSource } = await post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId });
      // Node adds a comment with the URL.
      const added = scriptSource.slice(stripTypeScriptTypes(original).length);
      const wanted = stripTypeScriptTypes(text) + added;
      const { status } = await post<{ status: string }>('Debugger.setScriptSource', { scriptId, scriptSource: wanted });
      if (status !== 'Ok') return false;
      changed = { scriptId, scriptSource };
      return true;
    },
    async restore() {
      if (changed === undefined) return;
      const { status } = await post<{ status: string }>('Debugger.setScriptSource', changed);
      if (status !== 'Ok') throw new Error(`the mutation stays: ${status}`);
      changed = undefined;
    },
  };
};
