// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, renderHook, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import DeployVersion from '@/features/flow/tabs/deploy-version';
import type { Permission } from '@/gql/graphql';
import { useWhyNot } from '@/lib/protection';

const held: Permission[] = [];
vi.mock('@/lib/viewer', () => ({ useViewer: () => ({ permissions: held }) }));

const vault = { name: 'vault', isProtected: true };
const staging = { name: 'staging', isProtected: false };

afterEach(() => {
  cleanup();
  held.length = 0;
});

test('only a protected environment asks for more, and says what', () => {
  const whyNot = () => renderHook(() => useWhyNot()).result.current;
  for (const place of [staging, null, undefined]) expect(whyNot()(place, 'PROTECTED_RUNS_TRIGGER')).toBeUndefined();
  expect(whyNot()(vault, 'PROTECTED_RUNS_TRIGGER')).toBe('vault is protected, and you lack the permission PROTECTED_RUNS_TRIGGER.');
  held.push('PROTECTED_RUNS_TRIGGER');
  expect(whyNot()(vault, 'PROTECTED_RUNS_TRIGGER')).toBeUndefined();
  expect(whyNot()(vault, 'PROTECTED_DEPLOYMENTS_WRITE')).toContain('PROTECTED_DEPLOYMENTS_WRITE');
});

function deploying() {
  const flow = { id: 'f', version: '1' };
  const bindings = [
    { id: 'a', name: 'nightly', paused: false, flow, environment: vault },
    { id: 'b', name: 'trial', paused: false, flow, environment: staging },
  ];
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DeployVersion flowName="report" version="2" bindings={bindings} onDone={() => undefined} />
    </QueryClientProvider>,
  );
  return bindings.map(({ name }) => {
    const box = screen.getByRole<HTMLInputElement>('checkbox', { name: new RegExp(name) });
    return [box.checked, box.disabled];
  });
}

test('a new version leaves protected deployments alone, and says why', () => {
  expect(deploying()).toEqual([
    [false, true],
    [true, false],
  ]);
  expect(screen.getByText('vault is protected, and you lack the permission PROTECTED_DEPLOYMENTS_WRITE.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Switch 1 deployment' })).toBeTruthy();
});

test('with the right it goes to all of them', () => {
  held.push('PROTECTED_DEPLOYMENTS_WRITE');
  expect(deploying()).toEqual([
    [true, false],
    [true, false],
  ]);
});
