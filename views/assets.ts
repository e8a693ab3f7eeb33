import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { schemeRules } from './style-tokens.ts';

/** A style sheet besides the one of every page. */
export type StyleName =
  | 'account.css'
  | 'agents.css'
  | 'approvals.css'
  | 'fields.css'
  | 'bulk.css'
  | 'charts.css'
  | 'commands.css'
  | 'decisions.css'
  | 'editor.css'
  | 'frame.css'
  | 'home.css'
  | 'inventories.css'
  | 'policy.css'
  | 'search.css'
  | 'sections.css'
  | 'security.css'
  | 'styleguide.css'
  | 'timeline.css'
  | 'tree.css';

export type ScriptName =
  | 'agent-keys.js'
  | 'approvals.js'
  | 'budget-sentence.js'
  | 'continue.js'
  | 'copy.js'
  | 'editor.js'
  | 'local-times.js'
  | 'passkeys.js'
  | 'policy-editor.js'
  | 'push.js'
  | 'saved-views.js'
  | 'search.js';

export type AssetName = 'style.css' | StyleName | ScriptName | 'icon.svg';

/** A file of `views/assets`; its name holds a digest of its content, so it may be cached for ever. */
export type Asset = { readonly body: Buffer; readonly type: string };

/** Links to our files. `basePath` is the path part of the issuer without a trailing slash, or ''. */
export const assets = (basePath: string): { href(name: AssetName): string } => ({
  href: (name) => `${basePath}${loaded().pathOf[name]}`,
});

/** The file under a path such as `/assets/style.1f0c….css` (without the issuer's prefix), or undefined. */
export const assetByPath = (path: string): Asset | undefined => loaded().byPath.get(path);

/** The service worker. Its address stays the same, so that a browser finds the next version at it. */
export const pushWorker = (): Asset => {
  worker ??= { body: readFileSync(fileOf('push-worker.js')), type: 'text/javascript; charset=utf-8' };
  return worker;
};

let worker: Asset | undefined;

const fileOf = (name: string): URL => new URL(`./assets/${name}`, import.meta.url);

type Loaded = { readonly pathOf: Readonly<Record<AssetName, string>>; readonly byPath: ReadonlyMap<string, Asset> };

let cache: Loaded | undefined;

const loaded = (): Loaded => {
  cache ??= load();
  return cache;
};

const load = (): Loaded => {
  const byPath = new Map<string, Asset>();
  const add = (name: AssetName, type: string, before = '', folder = ''): string => {
    const body = Buffer.concat([Buffer.from(before), readFileSync(fileOf(`${folder}${name}`))]);
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
    const path = `/assets/${name.replace('.', `.${digest}.`)}`;
    byPath.set(path, { body, type });
    return path;
  };
  const pathOf = {
    'style.css': add('style.css', 'text/css; charset=utf-8'),
    'account.css': add('account.css', 'text/css; charset=utf-8'),
    'agents.css': add('agents.css', 'text/css; charset=utf-8'),
    'approvals.css': add('approvals.css', 'text/css; charset=utf-8'),
    'fields.css': add('fields.css', 'text/css; charset=utf-8'),
    'bulk.css': add('bulk.css', 'text/css; charset=utf-8'),
    'charts.css': add('charts.css', 'text/css; charset=utf-8'),
    'commands.css': add('commands.css', 'text/css; charset=utf-8'),
    'decisions.css': add('decisions.css', 'text/css; charset=utf-8'),
    'editor.css': add('editor.css', 'text/css; charset=utf-8'),
    'frame.css': add('frame.css', 'text/css; charset=utf-8'),
    'home.css': add('home.css', 'text/css; charset=utf-8'),
    'inventories.css': add('inventories.css', 'text/css; charset=utf-8'),
    'policy.css': add('policy.css', 'text/css; charset=utf-8'),
    'search.css': add('search.css', 'text/css; charset=utf-8'),
    'sections.css': add('sections.css', 'text/css; charset=utf-8'),
    'security.css': add('security.css', 'text/css; charset=utf-8'),
    'styleguide.css': add(
      'styleguide.css',
      'text/css; charset=utf-8',
      schemeRules(readFileSync(fileOf('style.css'), 'utf8')),
    ),
    'timeline.css': add('timeline.css', 'text/css; charset=utf-8'),
    'tree.css': add('tree.css', 'text/css; charset=utf-8'),
    'continue.js': add('continue.js', 'text/javascript; charset=utf-8'),
    'copy.js': add('copy.js', 'text/javascript; charset=utf-8'),
    'agent-keys.js': add('agent-keys.js', 'text/javascript; charset=utf-8'),
    'approvals.js': add('approvals.js', 'text/javascript; charset=utf-8'),
    'budget-sentence.js': add('budget-sentence.js', 'text/javascript; charset=utf-8'),
    'local-times.js': add('local-times.js', 'text/javascript; charset=utf-8'),
    'editor.js': add('editor.js', 'text/javascript; charset=utf-8'),
    'passkeys.js': add('passkeys.js', 'text/javascript; charset=utf-8'),
    'policy-editor.js': add('policy-editor.js', 'text/javascript; charset=utf-8', '', 'bundles/'),
    'push.js': add('push.js', 'text/javascript; charset=utf-8'),
    'saved-views.js': add('saved-views.js', 'text/javascript; charset=utf-8'),
    'search.js': add('search.js', 'text/javascript; charset=utf-8'),
    'icon.svg': add('icon.svg', 'image/svg+xml'),
  };
  return { pathOf, byPath };
};
