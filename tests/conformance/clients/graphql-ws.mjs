import { run } from './callbacks.mjs';
import { socket } from './socket.mjs';

await run(socket);
