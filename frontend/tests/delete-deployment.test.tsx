// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import DeleteDeployment, { unfinishedInWords } from '@/features/flow/tabs/delete-deployment';

const conflict = {
  errors: [{ message: 'It has runs.', extensions: { code: 'CONFLICT', field: 'runs', queued: 3, running: 1 } }],
};
const deleted = { data: { deleteDeployment: { deletedId: 'd' } } };

function open(answers: object[]) {
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
    sent.push((JSON.parse(body) as { variables: { input: unknown } }).variables.input);
    return new Response(JSON.stringify(answers.shift()));
  });
  const onDone = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DeleteDeployment id="d" name="nightly" onDone={onDone} />
    </QueryClientProvider>,
  );
  return { sent, onDone };
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('a deployment without runs at work is deleted at once', async () => {
  const { sent, onDone } = open([deleted]);
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent).toEqual([{ id: 'd' }]);
});

test.each([
  [null, 'CANCEL', 'Delete and cancel runs'],
  [/Keep them/, 'KEEP', 'Delete and keep runs'],
] as const)('one with runs at work asks first: %s', async (choice, runs, confirm) => {
  const { sent, onDone } = open([conflict, deleted]);
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await screen.findByText('It has 3 queued and 1 running runs.');
  expect(onDone).not.toHaveBeenCalled();
  if (choice) fireEvent.click(screen.getByRole('radio', { name: choice }));
  fireEvent.click(screen.getByRole('button', { name: confirm }));
  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent).toEqual([{ id: 'd' }, { id: 'd', runs }]);
});

test('any other error is shown, and nothing is asked', async () => {
  open([{ errors: [{ message: 'No such deployment.', extensions: { code: 'NOT_FOUND' } }] }]);
  fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await screen.findByText('No such deployment.');
  expect(screen.queryByRole('radio')).toBeNull();
});

test('the runs in words', () => {
  expect(unfinishedInWords({ queued: 0, running: 1 })).toBe('1 running run');
  expect(unfinishedInWords({ queued: 1200, running: 0 })).toBe('1,200 queued runs');
});
