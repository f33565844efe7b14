/** GraphiQL itself with its workers; about a megabyte, so only this page loads it. */
import 'graphiql/setup-workers/webpack';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './graphiql-theme.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { useResolvedTheme } from '@/lib/theme';
import { EditorColours } from './editor-colours';
import { FIRST_TABS } from './examples';
import { EXAMPLES_PLUGIN } from './examples-plugin';
import { createFetcher } from './fetcher';
import { dropPrefill, readPrefill, type Prefill } from './prefill';
import { storage } from './storage';

const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];
// The variables editor would otherwise refuse an object where a custom scalar is expected.
const SCALARS = { JSON: {} };
const ROOM_FOR_EXAMPLES_PX = 1000;

interface IdeProps {
  onExpired: () => void;
}

export default function Ide({ onExpired }: IdeProps) {
  const theme = useResolvedTheme();
  const fetcher = useMemo(() => createFetcher({ onExpired }), [onExpired]);
  const [prefill] = useState(() => readPrefill(window.location.hash));
  const [firstTabs] = useState(() => withPrefill(prefill));
  // Not while it is drawn: a drawing may be thrown away and begun again.
  useEffect(dropPrefill, []);
  const [isWide] = useState(() => window.innerWidth >= ROOM_FOR_EXAMPLES_PX);
  return (
    <GraphiQL
      fetcher={fetcher}
      forcedTheme={theme}
      plugins={PLUGINS}
      visiblePlugin={isWide ? EXAMPLES_PLUGIN : undefined}
      customScalarSchemas={SCALARS}
      // On a first visit these are all tabs that there are: it makes none for `initialQuery`.
      defaultTabs={firstTabs}
      defaultQuery=""
      defaultEditorToolsVisibility="variables"
      initialQuery={prefill.query}
      initialVariables={prefill.variables}
      storage={storage}
      shouldPersistHeaders={false}
      inputValueDeprecation
    >
      <GraphiQL.Logo>
        <EditorColours />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

function withPrefill({ query, variables }: Prefill): typeof FIRST_TABS {
  return query ? [{ query, variables: variables ?? null }, ...FIRST_TABS] : FIRST_TABS;
}
