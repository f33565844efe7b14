import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isTerminal, RUN_STATES, stateLook, type State } from '@/lib/states';

const sdl = readFileSync('../schema/schema.graphql', 'utf8');

function enumOf(name: string): State[] {
  const body = new RegExp(`^enum ${name} \\{([^}]*)\\}`, 'm').exec(sdl)?.[1] ?? '';
  return body.trim().split(/\s+/) as State[];
}

test('every state of the schema has a look', () => {
  for (const state of [...enumOf('RunState'), ...enumOf('TaskState')]) {
    expect(stateLook(state).label, state).toMatch(/^[A-Z][a-z]/);
    expect(stateLook(state).colour, state).toMatch(/^var\(--state-/);
  }
});

test('the list of run states is the one of the schema', () => {
  expect([...RUN_STATES].sort()).toEqual(enumOf('RunState').sort());
});

test('only what can still change is not terminal', () => {
  const active = [...enumOf('RunState'), ...enumOf('TaskState')].filter((state) => !isTerminal(state));
  expect(new Set(active)).toEqual(new Set(['QUEUED', 'RUNNING', 'CANCELLING', 'PENDING', 'RETRYING']));
});

test('every colour is defined', () => {
  const css = readFileSync('src/app/tokens.css', 'utf8');
  for (const state of enumOf('RunState')) {
    expect(css).toContain(stateLook(state).colour.replace('var(', '').replace(')', ':'));
  }
});
