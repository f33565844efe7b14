/** GraphiQL itself with its workers; about a megabyte, so only this page loads it. */
import 'graphiql/setup-workers/webpack';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './graphiql-theme.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { useMemo, useState } from 'react';
import { useTheme } from '@/lib/theme';
import { FIRST_TABS } from './examples';
import { EXAMPLES_PLUGIN } from './examples-plugin';
import { createFetcher } from './fetcher';
import { takePrefill } from './prefill';

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
// The variables editor would otherwise refuse an object where a custom scalar is expected.
const SCALARS = { JSON: {} };
const TOKEN_HEADERS = JSON.stringify({ Authorization: 'Bearer dagy_at_…' }, null, 2);

interface IdeProps {
  withToken: boolean;
  onExpired: () => void;
}

export default function Ide({ withToken, onExpired }: IdeProps) {
  const theme = useTheme();
  const fetcher = useMemo(() => createFetcher(onExpired), [onExpired]);
  const [prefill] = useState(takePrefill);
  return (
    <GraphiQL
      fetcher={fetcher}
      forcedTheme={theme}
      plugins={PLUGINS}
      visiblePlugin={EXAMPLES_PLUGIN}
      customScalarSchemas={SCALARS}
      defaultTabs={FIRST_TABS}
      defaultQuery=""
      initialQuery={prefill.query}
      initialVariables={prefill.variables}
      initialHeaders={withToken ? TOKEN_HEADERS : undefined}
      defaultEditorToolsVisibility={withToken ? 'headers' : 'variables'}
      shouldPersistHeaders={false}
      inputValueDeprecation
    >
      <GraphiQL.Logo>
        <span />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}
