import { createClient } from 'graphql-sse';
import { headers, url } from './operations.mjs';
import { resuming } from './resuming.mjs';
import { run } from './scenarios.mjs';

// Distinct connections, which is graphql-sse's default: one request for each operation.
const events = resuming(createClient({ url, headers, retryAttempts: 10 }));

const ask = (query, variables) =>
  new Promise((resolve, reject) => {
    events.subscribe({ query, variables }, {
      next: ({ data, errors }) => (errors ? reject(errors) : resolve(data)),
      error: reject,
      complete() {},
    });
  });

const follow = (query, variables, { next, error, complete }) =>
  events.subscribe({ query, variables }, {
    next: ({ data, errors }) => (errors ? error(errors) : next(data)),
    error,
    complete,
  });

await run({ ask, follow });
