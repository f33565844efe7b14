import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

const FOLDER = 'src/gql';
const CLASS = /export class TypedDocumentString[\s\S]*?\n}\n/;
const DOCUMENT = /export const (\w+) = (new TypedDocumentString\([\s\S]*? as unknown as TypedDocumentString<(\w+), (\w+)>;?)\n?/g;

/** Each operation becomes a module of its own, behind the one name that pages import from: in one
 *  module with the others, every page would load the operations of all pages. */
async function split(path: string): Promise<void> {
  if (!path.endsWith('graphql.ts')) return;
  const text = await readFile(path, 'utf8');
  const found = [...text.matchAll(DOCUMENT)];
  await mkdir(join(FOLDER, 'documents'), { recursive: true });
  await write('package.json', '{ "type": "module", "sideEffects": false }\n');
  await write('typed-document.ts', `import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';\n\n${CLASS.exec(text)?.[0]}`);
  for (const [, name, code, ...types] of found) {
    const used = types.filter((type) => type !== 'unknown').join(', ');
    const imports = `import type { ${used} } from '../graphql';\nimport { TypedDocumentString } from '../typed-document';\n`;
    await write(`documents/${name}.ts`, `${imports}\nexport const ${name} = /*#__PURE__*/ ${code}\n`);
  }
  const exported = found.map(([, name]) => `export { ${name} } from './documents/${name}';\n`).join('');
  const rest = text.replace(CLASS, "export { TypedDocumentString } from './typed-document';\n").replace(DOCUMENT, '');
  await write('graphql.ts', rest.replace(/import .*DocumentTypeDecoration.*\n/, '') + exported);
  await removeAllBut(new Set(found.map(([, name]) => `${name}.ts`)));
}

/** What is as it was keeps its time, so that nothing is compiled again for it. */
async function write(name: string, text: string): Promise<void> {
  const path = join(FOLDER, name);
  const was = await readFile(path, 'utf8').catch(() => null);
  if (was !== text) await writeFile(path, text);
}

async function removeAllBut(names: ReadonlySet<string>): Promise<void> {
  const folder = join(FOLDER, 'documents');
  const gone = (await readdir(folder)).filter((name) => !names.has(name));
  await Promise.all(gone.map((name) => rm(join(folder, name), { force: true })));
}

/** Typed operations out of the checked-in SDL; `src/gql/` is generated and never edited. */
const config: CodegenConfig = {
  schema: '../schema/schema.graphql',
  documents: ['src/**/*.graphql', '!src/features/graphiql/examples/**'],
  silent: true,
  generates: {
    './src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      hooks: { afterOneFileWrite: [split] },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
        strictScalars: true,
        scalars: { DateTime: 'string', Date: 'string', JSON: 'unknown', Long: 'number' },
      },
    },
  },
};

export default config;
