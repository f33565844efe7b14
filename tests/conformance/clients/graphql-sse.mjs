import { run } from './callbacks.mjs';

import { createClient } from 'graphql-sse';
import { headers, url } from './operations.mjs';
import { resuming } from './resuming.mjs';

const events = resuming(createClient({ url, headers, retryAttempts: 10 }));

await run(events);
