/** A package of this repository as its users have it: packed by npm, and installed into an empty folder with what it needs. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const npm = (directory: string, ...parameters: string[]): Promise<{ stdout: string }> =>
  run('npm', [...parameters, '--offline', '--ignore-scripts=false', '--loglevel=error'], { cwd: directory });

type Manifest = {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
};

export type PackedPackage = Awaited<ReturnType<typeof installPacked>>;

/** `name`: of its folder in `packages`. `needed`: packages of this repository's `node_modules`, in place of a registry. */
export const installPacked = async (name: string, needed: readonly string[]) => {
  const source = join(ROOT, 'packages', name);
  const folder = await mkdtemp(join(tmpdir(), 'behalf-package-'));
  const at = (...path: readonly string[]): string => join(folder, ...path);

  const packed = async (directory: string): Promise<string> => {
    const { stdout } = await npm(directory, 'pack', '--json', '--pack-destination', folder);
    return `./${JSON.parse(stdout.slice(stdout.indexOf('[')))[0].filename}`;
  };

  await rm(join(source, 'dist'), { recursive: true, force: true });
  const tarballs = [await packed(source)];
  for (const one of needed) tarballs.push(await packed(join(ROOT, 'node_modules', one)));
  await writeFile(at('package.json'), JSON.stringify({ type: 'module', private: true }));
  await npm(folder, 'install', ...tarballs);

  return {
    at,

    /** What npm installed, and what the package consists of. */
    async contents() {
      const own = at('node_modules/@behalf', name);
      const manifest = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as Manifest;
      const files = (await readdir(own, { recursive: true })).map(String);
      const exported = Object.values(manifest.exports).flatMap(({ types, default: code }) => [types, code]);
      return {
        installed: (await readdir(at('node_modules'))).filter((one) => !one.startsWith('.')).sort(),
        dependencies: Object.keys(manifest.dependencies),
        node: manifest.engines.node,
        besidesCode: files.filter((path) => !/^dist(?:\/[\w-]+)*(?:\.d\.ts|\.js)?$/.test(path)).sort(),
        missing: exported.filter((path) => !files.includes(path.replace('./', ''))),
      };
    },

    /** What the compiler says about a program of a user in the folder. */
    async compile(file: string, compilerOptions: object = {}): Promise<string> {
      const options = {
        extends: join(ROOT, 'tsconfig.json'),
        compilerOptions: { incremental: false, tsBuildInfoFile: null, types: ['node'], ...compilerOptions },
        include: [file],
      };
      await writeFile(at('tsconfig.json'), JSON.stringify(options));
      const compiled = run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder]);
      return (await compiled.catch((failed: { stdout: string }) => failed)).stdout;
    },

    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
