import { readFile, writeFile } from 'node:fs/promises';
import type { CodegenConfig } from '@graphql-codegen/cli';

/** Without the mark a bundler keeps the documents of every page in every page. */
async function markPure(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replaceAll(' = new Typed', ' = /*#__PURE__*/ new Typed'));
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
      hooks: { afterOneFileWrite: [markPure] },
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
