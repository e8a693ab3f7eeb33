/** Versions of what npm installed. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Of a package in node_modules, which `npm ci` puts there. */
export const npmVersion = async (name: string): Promise<string> =>
  String(JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version);
