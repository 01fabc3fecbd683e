import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Fields of a package's own package.json that its notice tells. */
interface PackageFields {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/**
 * Writes out the licenses of the packages that a bundle contains, as their terms ask of whoever passes them on.
 * @param inputs files of the bundle, relative to `root`, as esbuild lists them
 * @throws Error where a package has neither a license file nor a name of its license
 */
export async function noticesOf(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.map(folderOfPackage).filter((folder) => folder !== undefined));
  const notices = await Promise.all([...folders].sort().map((folder) => noticeOf(join(root, folder))));
  return `This package contains the following packages of others.\n\n${notices.join('\n')}`;
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of `node_modules/a/node_modules/@b/c`. */
const folderOfPackage = (path: string): string | undefined =>
  /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageFields;
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  if (files.length === 0 && !license) throw new Error(`${name} ${version} does not say under which license it is`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`## ${name} ${version}${license ? `, ${license}` : ''}`, '', ...texts.map((text) => `${text.trim()}\n`)].join(
    '\n',
  );
}
