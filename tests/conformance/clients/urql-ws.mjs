import { run } from './urql.mjs';

import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { headers, url } from './operations.mjs';
import { socket } from './socket.mjs';

const client = new Client({
  url,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
      }),
    }),
  ],
});

await run(client);
