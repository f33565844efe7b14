import { expect, test } from 'vitest';
import { constantColumns } from '@/features/runs/grid/constants';
import { readableColumns } from '@/features/runs/grid/columns';
import { withTasks, type RunRow, type Rows } from '@/features/runs/live-rows';
import { startedBy } from '@/lib/started-by';

test.each([
  ['UI', { name: 'ada@example.com', apiKey: null }, 'From the web UI by ada@example.com'],
  ['CLI', { name: 'ada@example.com', apiKey: 'laptop' }, 'From the CLI by ada@example.com, key laptop'],
  ['API', { name: 'ci', apiKey: null }, 'Through the API by ci'],
  ['SCHEDULE', { name: 'schedule:nightly', apiKey: null }, 'On schedule'],
  ['RETRY', null, 'As a retry'],
] as const)('a run by %s says how it was started and by whom', (trigger, creator, words) => {
  expect(startedBy({ trigger, creator })).toBe(words);
});

const NONE = { total: 10, done: 0, left: 10, failed: 0, timedOut: 0, skipped: 0, cancelled: 0 };
const run = (values: Partial<RunRow>) => ({ id: 'a', trigger: 'API', executor: 'LOCAL', environment: { name: 'prod' }, tags: {}, ...values }) as RunRow;
const columns = readableColumns(() => true);
const ids = (rows: RunRow[]) => constantColumns(columns, rows).map(({ id, value }) => [id, value]);

test('columns that say the same in each row are left out', () => {
  expect(ids([run({}), run({})])).toEqual([
    ['trigger', 'API'],
    ['executor', 'Local'],
    ['environment', 'prod'],
    ['tags', null],
  ]);
  expect(ids([run({}), run({ trigger: 'UI', environment: null, tags: { team: 'x' } })])).toEqual([['executor', 'Local']]);
});

test('one row alone leaves none out, and tags that all rows have stay', () => {
  expect(ids([run({})])).toEqual([]);
  expect(ids([run({ tags: { team: 'x' } }), run({ tags: { team: 'x' } })]).map(([id]) => id)).not.toContain('tags');
});

test('the tasks of runs at work come into their rows, and the others stay the same objects', () => {
  const page = (nodes: RunRow[]) => ({ runs: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } });
  const was = { pages: [page([run({ id: 'a', taskCounts: NONE }), run({ id: 'b', taskCounts: NONE })])], pageParams: [null] } as Rows;
  const is = withTasks(was, new Map([['a', { ...NONE, left: 9, done: 1 }], ['b', { ...NONE }]]));
  expect(is.pages[0]!.runs.nodes[0]!.taskCounts).toEqual({ ...NONE, left: 9, done: 1 });
  expect(is.pages[0]!.runs.nodes[1]).toBe(was.pages[0]!.runs.nodes[1]);
  expect(withTasks(was, new Map([['b', { ...NONE }]]))).toBe(was);
});
