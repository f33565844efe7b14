/** An operation in the forms that people take elsewhere. */
import type { TypedDocumentString } from '@/gql/graphql';
import { writeJson } from './json';
import { operationName } from './gql';

export interface Operation {
  document: TypedDocumentString<never, never> | { toString(): string };
  variables?: object;
}

/** The generator indents the first line of each definition and puts nothing between them. */
export function asGraphQL({ document }: Operation): string {
  const text = document.toString().trim();
  return text.replace(/\n {4}(?=fragment )/g, '\n\n');
}

/** For a POSIX shell; the API key comes from the environment, never from the page. */
export function asCurl(operation: Operation, origin: string): string {
  const query = asGraphQL(operation);
  const body = writeJson({ query, variables: operation.variables ?? {}, operationName: operationName(query) });
  return [
    `curl ${quoted(`${origin}/graphql`)}`,
    `  -H "Authorization: Bearer $DAGY_API_KEY"`,
    `  -H 'Content-Type: application/json'`,
    `  -d ${quoted(body)}`,
  ].join(' \\\n');
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** GraphiQL reads its hash once and takes it out of the address. */
export function graphiqlPath(operation: Operation): string {
  const hash = new URLSearchParams({ query: asGraphQL(operation) });
  if (operation.variables) hash.set('variables', writeJson(operation.variables, 2));
  return `/graphiql#${hash.toString()}`;
}
