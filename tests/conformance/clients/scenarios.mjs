// Runs every scenario with one client and prints a JSON object per line: {scenario, found} or
// {scenario, failed}; in between {cut} and {resumed}, which the test acts on.
//
// A client is {documents, ask, follow}. ask(document, variables) resolves to data and rejects with
// the list of errors; follow(document, variables, {next, error, complete}) likewise, by callbacks;
// without it, the client knows no subscriptions.
import { documents as texts } from './operations.mjs';

const NOBODY = 'UnVuOjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA==';
// The test's flow holds behind event 5 until the connection has been cut, and behind event 7 until
// the client has seen it.
const CUT_BEHIND = 5;
const HELD_BEHIND = 7;

const PATIENCE_MS = 60_000;

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function scenariosOf({ documents = texts, ask, follow }) {
  const trigger = async (values) =>
    (await ask(documents.trigger, { input: { deploymentName: 'main', ...values } })).triggerRun;
  const codesOf = (errors) => errors.map(({ extensions }) => extensions.code);
  const eventsOf = (runId, seen = () => {}) =>
    new Promise((resolve, reject) => {
      const events = [];
      follow(documents.events, { runId }, {
        next({ runEvents: { sequence, type } }) {
          events.push([sequence, type]);
          seen(sequence);
        },
        error: reject,
        complete: () => resolve(events),
      });
    });

  const scenarios = {
    query: async () => (await ask(documents.viewer, {})).viewer.role,
    async mutation() {
      const { created, run } = await trigger({ parameters: { number: 5 } });
      return { created, parameters: run.parameters };
    },
    error: () =>
      trigger({ deploymentName: 'nobody' }).then(
        () => 'no error',
        (errors) => codesOf(errors),
      ),
  };
  if (!follow) return scenarios;
  return {
    ...scenarios,
    errorOfSubscription: () => eventsOf(NOBODY).catch(codesOf),
    subscription: async () => eventsOf((await trigger({})).run.id),
    async reconnect() {
      const { run } = await trigger({ parameters: { door: process.env.DOOR } });
      return eventsOf(run.id, (sequence) => {
        if (sequence === CUT_BEHIND) say({ cut: run.id });
        if (sequence === HELD_BEHIND) say({ resumed: run.id });
      });
    },
  };
}

// A client that waits for ever has failed: the next scenario has its turn.
const impatient = () =>
  new Promise((_, reject) => {
    setTimeout(reject, PATIENCE_MS, new Error('nothing came')).unref();
  });

export async function run(client) {
  for (const [scenario, act] of Object.entries(scenariosOf(client))) {
    try {
      say({ scenario, found: await Promise.race([act(), impatient()]) });
    } catch (error) {
      say({ scenario, failed: error?.stack ?? JSON.stringify(error) });
    }
  }
  process.exit(); // whatever is still open
}
