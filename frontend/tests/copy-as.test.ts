import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { asCurl, asGraphQL, graphiqlPath, quoted } from '@/lib/copy-as';
import { readPrefill } from '@/features/graphiql/prefill';

const document = `
    query RunList($filter: RunFilter) {
  runs(filter: $filter) {
    ...Row
  }
}
    fragment Row on Run {
  slug
}`;
const operation = { document, variables: { filter: { flowName: "it's" } } };

test('the text is laid out as one would write it', () => {
  expect(asGraphQL(operation)).toBe(
    'query RunList($filter: RunFilter) {\n  runs(filter: $filter) {\n    ...Row\n  }\n}\n\nfragment Row on Run {\n  slug\n}',
  );
});

test('a shell reads the command as the same request', () => {
  const command = asCurl(operation, 'https://dagy.example');
  expect(command).toContain(`curl 'https://dagy.example/graphql'`);
  expect(command).toContain('$DAGY_API_KEY');
  const script = command.replace(/^curl/, 'printf "%s\\n"');
  const sent = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').at(-1)!;
  expect(JSON.parse(sent)).toEqual({
    query: asGraphQL(operation),
    variables: operation.variables,
    operationName: 'RunList',
  });
});

test('quotes survive quoting', () => expect(quoted("a'b")).toBe(`'a'\\''b'`));

test('GraphiQL reads from the link what was put into it', () => {
  const path = graphiqlPath(operation);
  const prefill = readPrefill(path.slice(path.indexOf('#')));
  expect(prefill.query).toBe(asGraphQL(operation));
  expect(JSON.parse(prefill.variables ?? '')).toEqual(operation.variables);
});
