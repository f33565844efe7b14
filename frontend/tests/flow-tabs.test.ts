import { describe, expect, test } from 'vitest';
import { draftOf, inputOf, wholeNumber } from '@/features/flow/tabs/deployment-draft';
import type { Deployment } from '@/features/flow/tabs/deployments';
import { paintedLines } from '@/features/flow/tabs/paint';
import { chosenPair, toggled } from '@/features/flow/tabs/pair';
import { withRun } from '@/features/flow/live';
import type { FlowDetailQuery, FlowRunFragment } from '@/gql/graphql';

test('at most two versions are ticked, the third in place of the first', () => {
  expect(toggled([], 'a')).toEqual(['a']);
  expect(toggled(['a', 'b'], 'c')).toEqual(['b', 'c']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});

test('a pair goes from the older to the newer', () => {
  expect(chosenPair(['new', 'old'], 'new', 'old')).toEqual(['old', 'new']);
  expect(chosenPair(['new', 'old'], 'old', 'new')).toEqual(['old', 'new']);
  expect(chosenPair(['new'], 'new', null)).toBeNull();
  expect(chosenPair(['new'], 'new', 'new')).toBeNull();
});

describe('the draft of a deployment', () => {
  const deployment = {
    name: 'nightly',
    flow: { id: '1', version: '7', isLatest: true },
    defaultExecutor: null,
    concurrencyLimit: 3,
    slaSeconds: null,
    tags: { team: 'data' },
  } as unknown as Deployment;

  test('sends nothing that may not be read', () => {
    const input = inputOf(draftOf(deployment, { name: 'etl', version: '8' }), { flowName: 'etl', isNew: false });
    expect(input).toEqual({ name: 'nightly', flowName: 'etl', flowVersion: '7', defaultExecutor: null, concurrencyLimit: 3, slaSeconds: null, tags: { team: 'data' } });
  });

  test('takes an environment away by null, and leaves it out of a new one', () => {
    const draft = draftOf({ ...deployment, environment: { name: 'staging', isProtected: false } }, { name: 'etl', version: '8' });
    expect(inputOf({ ...draft, environment: null }, { flowName: 'etl', isNew: false })).toHaveProperty('environment', null);
    expect(inputOf(draftOf(null, { name: 'etl', version: '8' }), { flowName: 'etl', isNew: true })).not.toHaveProperty('environment');
  });

  test.each([['', null], [' 12 ', 12], ['0', undefined], ['1.5', undefined], ['x', undefined]])('%j is the number %j', (text, value) => expect(wholeNumber(text)).toBe(value));
});

describe('painted source', () => {
  const tones = (text: string, path = 'a.py') => paintedLines(text, path).map((line) => line.filter(({ tone }) => tone).map(({ text: piece, tone }) => `${tone}:${piece}`));
  test('knows words, strings, numbers, comments and decorators', () => {
    expect(tones('@task\ndef f(n=1):  # why\n    return "if #"')).toEqual([['decorator:@task'], ['keyword:def', 'number:1', 'comment:# why'], ['keyword:return', 'string:"if #"']]);
  });
  test('follows a string over lines, and keeps every letter', () => {
    const text = 'x = """one\ntwo"""\ny = 2\n';
    expect(tones(text)).toEqual([['string:"""one'], ['string:two"""'], ['number:2']]);
    expect(paintedLines(text, 'a.py').map((line) => line.map((piece) => piece.text).join('')).join('\n')).toBe(text.trimEnd());
  });
  test('leaves other files plain', () => expect(tones('if 1', 'a.txt')).toEqual([[]]));
});

test('a run that changes takes its place, a new one comes first', () => {
  const run = (id: string, state = 'RUNNING') => ({ id, state }) as FlowRunFragment;
  const was = { flow: null, runs: { nodes: [run('b'), run('a')] } } as FlowDetailQuery;
  expect(withRun(was, run('a', 'SUCCEEDED')).runs!.nodes.map(({ id, state }) => `${id} ${state}`)).toEqual(['b RUNNING', 'a SUCCEEDED']);
  expect(withRun(was, run('c')).runs!.nodes.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  expect(withRun({ flow: null } as FlowDetailQuery, run('c'))).toEqual({ flow: null });
});
