// The scenarios with a client of urql, whatever its exchanges are.
import { run as runScenarios } from './scenarios.mjs';

const errorsOf = (error) => (error.networkError ? error : error.graphQLErrors);

export function run(client) {
  const ask = async (document, variables) => {
    const send = document.startsWith('mutation') ? client.mutation : client.query;
    const { data, error } = await send.call(client, document, variables).toPromise();
    if (error) throw errorsOf(error);
    return data;
  };
  const follow = (document, variables, { next, error: failed, complete }) =>
    client.subscription(document, variables).subscribe(({ data, error, hasNext }) => {
      if (error) failed(errorsOf(error));
      else if (hasNext) next(data);
      else complete(); // with the last result once more
    });
  return runScenarios({ ask, follow });
}
