import { run } from './scenarios.mjs';

import relay from 'relay-runtime';
import { headers, url } from './operations.mjs';
import events from './relay/__generated__/operationsEventsSubscription.graphql.js';
import trigger from './relay/__generated__/operationsTriggerMutation.graphql.js';
import viewer from './relay/__generated__/operationsViewerQuery.graphql.js';
import { socket } from './socket.mjs';

const { Environment, Network, Observable, RecordSource, Store } = relay;

const fetchOne = async ({ text }, variables) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
};

const subscribe = ({ text }, variables) =>
  Observable.create((sink) => socket.subscribe({ query: text, variables }, sink));

const environment = new Environment({
  network: Network.create(fetchOne, subscribe),
  store: new Store(new RecordSource()),
});

const errorsOf = (error) => error.source?.errors ?? error;

const ask = (operation, variables) =>
  new Promise((resolve, reject) => {
    const onError = (error) => reject(errorsOf(error));
    if (operation === trigger) {
      const onCompleted = (data, errors) => (errors ? reject(errors) : resolve(data));
      relay.commitMutation(environment, { mutation: trigger, variables, onCompleted, onError });
    } else {
      relay.fetchQuery(environment, operation, variables).toPromise().then(resolve, onError);
    }
  });

const follow = (subscription, variables, { next, error, complete }) =>
  relay.requestSubscription(environment, {
    subscription,
    variables,
    onNext: next,
    onError: (failure) => error(errorsOf(failure)),
    onCompleted: complete,
  });

await run({ documents: { viewer, trigger, events }, ask, follow });
