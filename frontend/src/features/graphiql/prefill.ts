/** Any page can link here with an operation in the hash: `/graphiql#query=…&variables=…`. */

export interface Prefill {
  query?: string;
  variables?: string;
}

export function readPrefill(hash: string): Prefill {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    query: params.get('query') ?? undefined,
    variables: params.get('variables') ?? undefined,
  };
}

/** Takes it out of the address, so that a reload keeps later edits. */
export function dropPrefill(): void {
  if (readPrefill(window.location.hash).query) window.history.replaceState(window.history.state, '', window.location.pathname);
}
