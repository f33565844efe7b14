import { describe, expect, test } from 'vitest';
import { bestLayout, layoutGraph, spaced, type LayoutNode, type Point } from '@/lib/graph-layout';

const SIZE = { nodeWidth: 100, nodeHeight: 40, gapX: 50, gapY: 10 };

function node(id: string, ...dependsOn: string[]): LayoutNode {
  return { id, dependsOn };
}

/** `depth` layers of `width`, each node after two of the layer before. */
function grid(depth: number, width: number): LayoutNode[] {
  return Array.from({ length: depth * width }, (_, at) => {
    const layer = Math.floor(at / width);
    const before = layer === 0 ? [] : [at % width, (at * 7 + layer) % width].map((one) => `${(layer - 1) * width + one}`);
    return node(`${at}`, ...before);
  });
}

describe('layoutGraph', () => {
  test('an empty graph has no size', () => {
    expect(layoutGraph([])).toEqual({ at: new Map(), bends: new Map(), width: 0, height: 0 });
  });

  test('a chain runs straight from left to right', () => {
    const { at, width, height } = layoutGraph([node('a'), node('b', 'a'), node('c', 'b')], SIZE);
    expect([...at.values()]).toEqual([
      { x: 0, y: 0 },
      { x: 150, y: 0 },
      { x: 300, y: 0 },
    ]);
    expect({ width, height }).toEqual({ width: 400, height: 40 });
  });

  test('a node stands behind the longest way to it', () => {
    const { at } = layoutGraph([node('a'), node('b', 'a'), node('c', 'a', 'b')], SIZE);
    expect(at.get('c')!.x).toBe(300);
  });

  test('the one before many stands in their middle', () => {
    const { at } = layoutGraph([node('a'), node('b', 'a'), node('c', 'a'), node('d', 'a')], SIZE);
    const ys = ['b', 'c', 'd'].map((id) => at.get(id)!.y);
    expect(ys).toEqual([0, 50, 100]);
    expect(at.get('a')!.y).toBe(50);
  });

  test('edges that would cross are sorted out', () => {
    const { at } = layoutGraph([node('a'), node('b'), node('y', 'b'), node('x', 'a')], SIZE);
    expect(at.get('x')!.y < at.get('y')!.y).toBe(at.get('a')!.y < at.get('b')!.y);
  });

  test('an edge over a layer keeps a way free past the nodes in it', () => {
    const { at, bends } = layoutGraph([node('a'), node('b', 'a'), node('c', 'a', 'b')], SIZE);
    const [enter, leave] = bends.get('a>c')!;
    expect([enter!.x, leave!.x]).toEqual([150, 250]);
    expect(Math.abs(enter!.y - (at.get('b')!.y + 20))).toBeGreaterThanOrEqual(50);
    expect(bends.has('a>b')).toBe(false);
  });

  test('unknown dependencies and circles do no harm', () => {
    const { at } = layoutGraph([node('a', 'gone'), node('b', 'c'), node('c', 'b')], SIZE);
    expect(at.size).toBe(3);
  });

  test('no two nodes of a large graph overlap', () => {
    const { at } = layoutGraph(grid(20, 20), SIZE);
    const columns = new Map<number, Point[]>();
    for (const point of at.values()) columns.set(point.x, [...(columns.get(point.x) ?? []), point]);
    for (const column of columns.values()) {
      const ys = column.map(({ y }) => y).sort((one, other) => one - other);
      ys.slice(1).forEach((y, index) => expect(y - ys[index]!).toBeGreaterThanOrEqual(49.999));
    }
  });

  test('a very long layer is folded into columns', () => {
    const { height } = layoutGraph(Array.from({ length: 1000 }, (_, at) => node(`${at}`)), SIZE);
    expect(height).toBeLessThan(60 * 50);
  });

  test('1,000 nodes take less than 60 ms', () => {
    const nodes = grid(40, 25);
    layoutGraph(nodes);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      layoutGraph(nodes);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(60);
  });
});

describe('bestLayout', () => {
  const chain = Array.from({ length: 8 }, (_, at) => node(`${at}`, `${at - 1}`));

  test('a long chain goes down a tall frame and right in a wide one', () => {
    expect(bestLayout(chain, { width: 300, height: 800 }).direction).toBe('down');
    expect(bestLayout(chain, { width: 1600, height: 200 }).direction).toBe('right');
  });

  test('downwards, layers are rows', () => {
    const { at, width, height } = layoutGraph([node('a'), node('b', 'a'), node('c', 'a')], SIZE, 'down');
    expect(at.get('b')).toEqual({ x: 0, y: 90 });
    expect(at.get('c')).toEqual({ x: 110, y: 90 });
    expect({ width, height }).toEqual({ width: 210, height: 130 });
  });
});

describe('spaced', () => {
  test('wishes that are far enough apart come true', () => {
    expect(spaced([0, 20, 40], 10)).toEqual([0, 20, 40]);
  });

  test('those that are too near share the way', () => {
    expect(spaced([0, 0, 0], 10)).toEqual([-10, 0, 10]);
  });
});
