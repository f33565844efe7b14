'use client';
/** The saved views, which of them is open, and whether it was changed since. */
import { parseAsString, useQueryState } from 'nuqs';
import { SavedViewListDocument, type SavedViewItemFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { useNavigation } from '@/lib/navigation';
import { useGql } from '@/lib/use-gql';
import type { Look } from '../use-look';
import type { RunView } from '../run-view';
import { isSameQuery, queryOf } from './view-query';

const MOST = 100;

export interface Views {
  views: readonly SavedViewItemFragment[] | undefined;
  current: SavedViewItemFragment | null;
  /** As the page stands now. */
  query: string;
  isEdited: boolean;
  open: (view: SavedViewItemFragment | null) => void;
  mark: (id: string | null) => void;
}

export function useViews(view: RunView, look: Look, isWanted: boolean): Views {
  const [id, setId] = useQueryState('view', parseAsString);
  const [environment] = useEnvironment();
  const { navigate } = useNavigation();
  const withCreator = useCan()('EMAILS_READ');
  const { data } = useGql(SavedViewListDocument, { first: MOST, withCreator }, { enabled: isWanted || id !== null });
  const views = data?.savedViews.nodes;
  const current = views?.find((one) => one.id === id) ?? null;
  const query = queryOf(view, look, environment);
  return {
    views,
    current,
    query,
    isEdited: current !== null && !isSameQuery(current.query, query),
    open: (to) => (to ? navigate(pathOf(to), null) : navigate('/runs')),
    mark: (to) => void setId(to, { history: 'replace' }),
  };
}

export function pathOf({ id, query }: Pick<SavedViewItemFragment, 'id' | 'query'>): string {
  return `/runs?${[query, `view=${encodeURIComponent(id)}`].filter(Boolean).join('&')}`;
}
