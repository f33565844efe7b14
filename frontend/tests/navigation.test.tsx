// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { MouseEvent } from 'react';
import { parseAsString, useQueryState } from 'nuqs';
import { NuqsTestingAdapter } from 'nuqs/adapters/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppLink } from '@/components/app-link';
import { useEnvironment } from '@/lib/environment';
import { useNavigation } from '@/lib/navigation';

vi.setConfig({ testTimeout: 30_000 });

/** What happened to the address, in order. */
let steps: string[] = [];
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: (path: string) => void steps.push(`push ${path}`), prefetch: () => undefined }),
}));

/** As the link of the app router does, which loads in a build of Next alone. */
vi.mock('next/link', () => ({ default: FollowedLink }));

beforeEach(() => (steps = []));
afterEach(cleanup);

interface LinkProps {
  href: string;
  prefetch: boolean;
  onNavigate?: (event: { preventDefault: () => void }) => void;
  children: string;
}

function FollowedLink({ href, prefetch: _, onNavigate, ...props }: LinkProps) {
  const follow = (event: MouseEvent) => {
    event.preventDefault();
    let isPrevented = false;
    onNavigate?.({ preventDefault: () => (isPrevented = true) });
    if (!isPrevented) steps.push(`push ${href}`);
  };
  return <a {...props} href={href} onClick={follow} />;
}

function Page() {
  const { navigate } = useNavigation();
  const [, setPeek] = useQueryState('peek', parseAsString);
  const [, setSearch] = useQueryState('q', parseAsString.withOptions({ throttleMs: 200 }));
  const [, setEnvironment] = useEnvironment();
  return (
    <>
      <button onClick={() => void setPeek(null)}>Close</button>
      <button onClick={() => void setSearch('late')}>Search</button>
      <button onClick={() => setEnvironment('prod')}>Switch</button>
      <button onClick={() => navigate('/runs/a')}>Open</button>
      <button onClick={() => navigate('/runs?view=v', null)}>View</button>
      <AppLink href="/flows">Flows</AppLink>
    </>
  );
}

async function pressed(names: string[], searchParams = ''): Promise<string[]> {
  render(
    <NuqsTestingAdapter hasMemory rateLimitFactor={1} searchParams={searchParams} onUrlUpdate={({ queryString }) => steps.push(`write ${queryString}`)}>
      <Page />
    </NuqsTestingAdapter>,
  );
  for (const name of names) fireEvent.click(screen.getByText(name));
  await waitFor(() => expect(steps.filter((step) => step.startsWith('push'))).not.toEqual([]), { timeout: 20_000 });
  return steps;
}

test('a page opened right after the preview was closed stays open', async () => {
  expect(await pressed(['Close', 'Open'], '?peek=a')).toEqual(['write ', 'push /runs/a']);
});

test('a search that is still to be written does not bring the old page back', async () => {
  expect(await pressed(['Search', 'Close', 'Open'])).toEqual(['write ?q=late', 'push /runs/a']);
});

test('a shortcut right after a switch of the environment opens the page in the new one', async () => {
  expect(await pressed(['Switch', 'Open'])).toEqual(['write ?env=prod', 'push /runs/a?env=prod']);
});

test('a link followed right after a change waits for it too', async () => {
  expect(await pressed(['Close', 'Flows'], '?peek=a&env=dev')).toEqual(['write ?env=dev', 'push /flows?env=dev']);
});

test('where nothing is pending, nothing is written', async () => {
  expect(await pressed(['Open'], '?env=dev')).toEqual(['push /runs/a?env=dev']);
});

test('a path that says its environment keeps it', async () => {
  expect(await pressed(['View'], '?env=dev')).toEqual(['push /runs?view=v']);
});
