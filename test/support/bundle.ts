/** `npm run bundle`: writes the editor of policies for the browser. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE, editorBundle, ROOT } from './editor-bundle.ts';

const text = await editorBundle();
writeFileSync(join(ROOT, BUNDLE), text);
process.stdout.write(`${BUNDLE}: ${Buffer.byteLength(text)} bytes\n`);
