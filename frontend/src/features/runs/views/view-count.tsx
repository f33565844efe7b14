'use client';
import { useState } from 'react';
import { RunTotalsDocument, type SavedViewItemFragment } from '@/gql/graphql';
import { useGql } from '@/lib/use-gql';
import { counted } from '../filters/state-chips';
import { totalOf } from '../use-totals';
import { filterOfQuery, isRelative } from './view-query';

export function ViewCount({ view }: { view: SavedViewItemFragment }) {
  if (isRelative(view.query)) return <CountNow query={view.query} />;
  return <Number text={counted({ count: view.count, isCapped: view.isCountCapped })} />;
}

/** "The last hour" is another one by now: counted anew. */
function CountNow({ query }: { query: string }) {
  const [now] = useState(() => Date.now());
  const { data } = useGql(RunTotalsDocument, { filter: filterOfQuery(query, now) });
  const { total, isCapped } = totalOf(data?.runCounts, []);
  return <Number text={total === null ? '…' : counted({ count: total, isCapped })} />;
}

const Number = ({ text }: { text: string }) => <span className="text-xs text-soft">{text}</span>;
