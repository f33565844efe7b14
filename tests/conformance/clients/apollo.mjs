import { run } from './scenarios.mjs';

import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { headers, url } from './operations.mjs';
import { socket } from './socket.mjs';

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(socket),
    new HttpLink({ uri: url, headers }),
  ),
});

const ask = async (text, variables) => {
  const document = gql(text);
  const answer = text.startsWith('mutation')
    ? client.mutate({ mutation: document, variables })
    : client.query({ query: document, variables });
  return answer.then(
    ({ data }) => data,
    (error) => Promise.reject(error.errors ?? error),
  );
};

const follow = (text, variables, { next, error: failed, complete }) =>
  client.subscribe({ query: gql(text), variables }).subscribe({
    next: ({ data, error }) => (error ? failed(error.errors ?? error) : next(data)),
    error: failed,
    complete,
  });

await run({ ask, follow });
