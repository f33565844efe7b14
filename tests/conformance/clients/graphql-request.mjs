import { run } from './scenarios.mjs';

import { GraphQLClient } from 'graphql-request';
import { headers, url } from './operations.mjs';

const client = new GraphQLClient(url, { headers });

const ask = async (document, variables) => {
  try {
    return await client.request(document, variables);
  } catch (error) {
    throw error.response?.errors ?? error;
  }
};

await run({ ask });
