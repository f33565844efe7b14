/** The example operations. Their first comment line is the title, the others say what they do. */
import flows from './examples/flows.graphql';
import latestRuns from './examples/latest-runs.graphql';
import runDetail from './examples/run-detail.graphql';
import triggerRun from './examples/trigger-run.graphql';
import watchEvents from './examples/watch-events.graphql';
import watchLogs from './examples/watch-logs.graphql';
import watchRuns from './examples/watch-runs.graphql';
import whoAmI from './examples/who-am-i.graphql';

export interface Example {
  title: string;
  about: string;
  kind: 'query' | 'mutation' | 'subscription';
  query: string;
  variables?: string;
}

function example(text: string, variables?: object): Example {
  const comments = text.split('\n').filter((line) => line.startsWith('# '));
  const [title = '', ...about] = comments.map((line) => line.slice(2));
  const kind = /^(query|mutation|subscription)\b/m.exec(text)?.[1] as Example['kind'];
  const filled = variables && JSON.stringify(variables, null, 2);
  return { title, about: about.join(' '), kind, query: text, variables: filled };
}

export const EXAMPLES: readonly Example[] = [
  example(whoAmI),
  example(flows),
  example(latestRuns),
  example(triggerRun, { deployment: '', parameters: {} }),
  example(watchRuns),
  example(runDetail, { slug: '' }),
  example(watchEvents, { runId: '' }),
  example(watchLogs, { runId: '' }),
];

/** The tabs of a first visit: look, start, watch. */
export const FIRST_TABS = [latestRuns, triggerRun, watchRuns].map((query) => {
  const { variables = null } = EXAMPLES.find((one) => one.query === query) ?? {};
  return { query, variables };
});
