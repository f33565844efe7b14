// The scenarios with clients of the form of graphql-ws: subscribe(request, sink), for every kind of
// operation.
import { run as runScenarios } from './scenarios.mjs';

export function run(client) {
  const ask = (query, variables) =>
    new Promise((resolve, reject) => {
      client.subscribe({ query, variables }, {
        next: ({ data, errors }) => (errors ? reject(errors) : resolve(data)),
        error: reject,
        complete() {},
      });
    });
  const follow = (query, variables, { next, error, complete }) =>
    client.subscribe({ query, variables }, {
      next: ({ data, errors }) => (errors ? error(errors) : next(data)),
      error,
      complete,
    });
  return runScenarios({ ask, follow });
}
