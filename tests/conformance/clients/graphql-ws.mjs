import { socket } from './socket.mjs';
import { run } from './scenarios.mjs';

const ask = (query, variables) =>
  new Promise((resolve, reject) => {
    socket.subscribe({ query, variables }, {
      next: ({ data, errors }) => (errors ? reject(errors) : resolve(data)),
      error: reject,
      complete() {},
    });
  });

const follow = (query, variables, { next, error, complete }) =>
  socket.subscribe({ query, variables }, {
    next: ({ data, errors }) => (errors ? error(errors) : next(data)),
    error,
    complete,
  });

await run({ ask, follow });
