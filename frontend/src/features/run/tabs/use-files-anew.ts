'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { RunFilesDocument } from '@/gql/graphql';
import { queryKey } from '@/lib/use-gql';
import { useRunPage } from '../run-context';

/** Reads the files again when an event says that one was saved. */
export function useFilesAnew(): void {
  const { model } = useRunPage();
  const client = useQueryClient();
  const saved = useMemo(() => model.events.filter(({ type }) => type === 'ARTIFACT_SAVED').length, [model.events]);
  useEffect(() => {
    if (saved > 0) void client.invalidateQueries({ queryKey: queryKey(RunFilesDocument) });
  }, [client, saved]);
}
