// The WebSocket that urql, Apollo and Relay share: graphql-ws, which connects again by itself.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { headers, url } from './operations.mjs';
import { resuming } from './resuming.mjs';

globalThis.WebSocket ??= WebSocket; // browsers and Node 22 have their own

export const socket = resuming(
  createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: headers,
    retryAttempts: 10,
    shouldRetry: () => true,
  }),
);
