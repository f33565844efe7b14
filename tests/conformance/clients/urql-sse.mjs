import { run } from './urql.mjs';

import { cacheExchange, Client, fetchExchange, makeOperation, mapExchange } from '@urql/core';
import { retryExchange } from '@urql/exchange-retry';
import { headers, url } from './operations.mjs';

// Where each subscription is, by the key of its operation: it goes on from there.
const cursors = new Map();
const resumeExchange = mapExchange({
  onOperation(operation) {
    const after = cursors.get(operation.key);
    if (operation.kind === 'teardown') cursors.delete(operation.key);
    if (operation.kind !== 'subscription' || !after) return operation;
    const variables = { ...operation.variables, after };
    return makeOperation('subscription', { ...operation, variables }, operation.context);
  },
  onResult({ data, operation }) {
    const [item] = Object.values(data ?? {});
    if (operation.kind === 'subscription' && item?.cursor) cursors.set(operation.key, item.cursor);
  },
});

const client = new Client({
  url,
  fetchOptions: { headers },
  fetchSubscriptions: true,
  exchanges: [
    cacheExchange,
    retryExchange({ maxNumberAttempts: 10 }),
    resumeExchange,
    fetchExchange,
  ],
});

await run(client);
