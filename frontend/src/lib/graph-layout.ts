/** Places a flow's tasks in layers, left to right or downwards. Pure, and quick: 1,000 nodes in some
 *  20 ms.
 *
 *  Longest path gives the layer, barycentre sweeps the order within it, and a last pass pulls each
 *  node towards its neighbours so that chains run straight. */

export interface LayoutNode {
  id: string;
  /** Ids of nodes before it; those that are not there are left out. */
  dependsOn: readonly string[];
}

export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** The upper left corner of each node; the smallest are 0. */
  at: ReadonlyMap<string, Point>;
  /** Of edges over more than one layer, by `from>to`: the corners they go by, past the nodes between. */
  bends: ReadonlyMap<string, readonly Point[]>;
  width: number;
  height: number;
}

export interface LayoutSize {
  nodeWidth: number;
  nodeHeight: number;
  /** Between layers. */
  gapX: number;
  /** Between the nodes of a layer. */
  gapY: number;
}

/** Where the next layer lies. */
export type Direction = 'right' | 'down';

const SIZES: Record<Direction, LayoutSize> = {
  right: { nodeWidth: 184, nodeHeight: 44, gapX: 56, gapY: 16 },
  down: { nodeWidth: 184, nodeHeight: 44, gapX: 28, gapY: 20 },
};
const SWEEPS = 8;
const PULLS = 4;
/** A layer with more nodes is folded into several columns: nobody scrolls past a thousand rows. */
const LONGEST_COLUMN = 60;
/** With more of them, edges over several layers go straight: nobody could follow them anyway. */
const MOST_WITH_BENDS = 200;

export const edgeId = (from: string, to: string): string => `${from}>${to}`;

interface Graph {
  before: number[][];
  after: number[][];
}

export function layoutGraph(nodes: readonly LayoutNode[], size: Partial<LayoutSize> = {}, direction: Direction = 'right'): Layout {
  const given = { ...SIZES[direction], ...size };
  if (direction === 'right') return layoutToRight(nodes, given);
  return turned(layoutToRight(nodes, { ...given, nodeWidth: given.nodeHeight, nodeHeight: given.nodeWidth }));
}

/** The direction in which more of the graph can be read in a frame of this size. */
export function bestLayout(
  nodes: readonly LayoutNode[],
  frame: { width: number; height: number },
  size: Partial<LayoutSize> = {},
): Layout & { direction: Direction } {
  const [right, down] = (['right', 'down'] as const).map((direction) => ({ ...layoutGraph(nodes, size, direction), direction }));
  const zoom = ({ width, height }: Layout) => Math.min(1, frame.width / Math.max(1, width), frame.height / Math.max(1, height));
  // Where both are as good, as one reads.
  return zoom(down!) > zoom(right!) * 1.15 ? down! : right!;
}

function turned({ at, bends, width, height }: Layout): Layout {
  const turn = ({ x, y }: Point): Point => ({ x: y, y: x });
  return {
    at: new Map([...at].map(([id, point]) => [id, turn(point)])),
    bends: new Map([...bends].map(([id, points]) => [id, points.map(turn)])),
    width: height,
    height: width,
  };
}

function layoutToRight(nodes: readonly LayoutNode[], measure: LayoutSize): Layout {
  const graph = graphOf(nodes);
  const layers = layersOf(graph);
  const lanes = nodes.length <= MOST_WITH_BENDS ? withLanes(graph, layers) : [];
  const ordered = orderedLayers(graph, layers);
  const tallest = Math.max(0, ...ordered.map((layer) => layer.length));
  const points = tallest > LONGEST_COLUMN ? inColumns(ordered, measure) : straightened(ordered, graph, measure);
  return moved(nodes, points, lanes, measure);
}

interface Lane {
  from: number;
  to: number;
  /** Places that are kept free for the edge in the layers between. */
  by: number[];
}

/** Puts a place into each layer that an edge passes, and leads the edge over it. */
function withLanes({ before, after }: Graph, layers: number[][]): Lane[] {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map((node) => [node, at] as const)));
  const lanes: Lane[] = [];
  [...before.entries()].forEach(([to, ones]) => {
    for (const from of [...ones]) {
      if (layerOf.get(to)! - layerOf.get(from)! < 2) continue;
      const lane: Lane = { from, to, by: [] };
      let last = from;
      replace(after[from]!, to, before.length);
      for (let at = layerOf.get(from)! + 1; at < layerOf.get(to)!; at += 1) {
        const place = before.length;
        before.push([last]);
        after.push([at + 1 === layerOf.get(to) ? to : place + 1]);
        layers[at]!.push(place);
        lane.by.push(place);
        last = place;
      }
      replace(before[to]!, from, last);
      lanes.push(lane);
    }
  });
  return lanes;
}

function replace(ones: number[], was: number, is: number): void {
  ones[ones.indexOf(was)] = is;
}

function graphOf(nodes: readonly LayoutNode[]): Graph {
  const index = new Map(nodes.map(({ id }, at) => [id, at]));
  const before = nodes.map(({ dependsOn }, at) =>
    dependsOn.map((id) => index.get(id)).filter((found): found is number => found !== undefined && found !== at),
  );
  const after: number[][] = nodes.map(() => []);
  before.forEach((ones, at) => ones.forEach((one) => after[one]!.push(at)));
  return { before, after };
}

/** Kahn's order; what is in a circle comes last, where the layers left over put it. */
function layersOf({ before, after }: Graph): number[][] {
  const layer: number[] = before.map(() => 0);
  const open = before.map((ones) => ones.length);
  const ready = open.flatMap((count, at) => (count === 0 ? [at] : []));
  for (let next = 0; next < ready.length; next += 1) {
    const node = ready[next]!;
    for (const follower of after[node]!) {
      layer[follower] = Math.max(layer[follower]!, layer[node]! + 1);
      open[follower]! -= 1;
      if (open[follower] === 0) ready.push(follower);
    }
  }
  const layers: number[][] = [];
  layer.forEach((at, node) => (layers[at] ??= []).push(node));
  return Array.from(layers, (one) => one ?? []).filter((one) => one.length > 0);
}

function orderedLayers({ before, after }: Graph, layers: number[][]): number[][] {
  const place: number[] = before.map(() => 0);
  const settle = (layer: number[]) => layer.forEach((node, at) => (place[node] = at / layer.length));
  layers.forEach(settle);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    const neighbours = down ? before : after;
    for (const layer of down ? layers : layers.toReversed()) {
      const wish = new Map(layer.map((node) => [node, mean(neighbours[node]!, place) ?? place[node]!]));
      layer.sort((one, other) => wish.get(one)! - wish.get(other)! || place[one]! - place[other]!);
      settle(layer);
    }
  }
  return layers;
}

function mean(nodes: readonly number[], values: readonly number[]): number | null {
  if (nodes.length === 0) return null;
  return nodes.reduce((sum, node) => sum + values[node]!, 0) / nodes.length;
}

function straightened(layers: number[][], { before, after }: Graph, size: LayoutSize): Point[] {
  const step = size.nodeHeight + size.gapY;
  const y: number[] = before.map(() => 0);
  layers.forEach((layer) => layer.forEach((node, at) => (y[node] = (at - (layer.length - 1) / 2) * step)));
  for (let pull = 0; pull < PULLS; pull += 1) {
    const neighbours = pull % 2 === 0 ? before : after;
    for (const layer of pull % 2 === 0 ? layers : layers.toReversed()) {
      const wished = layer.map((node) => mean(neighbours[node]!, y) ?? y[node]!);
      spaced(wished, step).forEach((at, index) => (y[layer[index]!] = at));
    }
  }
  const points: Point[] = [];
  layers.forEach((layer, column) =>
    layer.forEach((node) => (points[node] = { x: column * (size.nodeWidth + size.gapX), y: y[node]! })),
  );
  return points;
}

/** As near to the wishes as a distance of `step` allows, in the same order (isotonic regression). */
export function spaced(wishes: readonly number[], step: number): number[] {
  const blocks: { sum: number; count: number }[] = [];
  wishes.forEach((wish, at) => {
    let block = { sum: wish - at * step, count: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.count > block.sum / block.count; last = blocks.at(-1)) {
      blocks.pop();
      block = { sum: last.sum + block.sum, count: last.count + block.count };
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count)).map((at, index) => at + index * step);
}

function inColumns(layers: number[][], size: LayoutSize): Point[] {
  const points: Point[] = [];
  let x = 0;
  for (const layer of layers) {
    const rows = layer.length <= LONGEST_COLUMN ? layer.length : Math.ceil(Math.sqrt(layer.length * 3));
    layer.forEach((node, at) => {
      const inColumn = Math.min(rows, layer.length - Math.floor(at / rows) * rows);
      const y = ((at % rows) - (inColumn - 1) / 2) * (size.nodeHeight + size.gapY);
      points[node] = { x: x + Math.floor(at / rows) * (size.nodeWidth + size.gapX / 3), y };
    });
    x += Math.ceil(layer.length / rows) * (size.nodeWidth + size.gapX / 3) + size.gapX;
  }
  return points;
}

function moved(nodes: readonly LayoutNode[], points: readonly Point[], lanes: readonly Lane[], size: LayoutSize): Layout {
  const top = points.reduce((least, { y }) => Math.min(least, y), Number.POSITIVE_INFINITY);
  const place = (index: number): Point => ({ x: points[index]!.x, y: points[index]!.y - top });
  const width = points.reduce((most, { x }) => Math.max(most, x + size.nodeWidth), 0);
  const height = points.reduce((most, { y }) => Math.max(most, y - top + size.nodeHeight), 0);
  const corners = (index: number): Point[] => {
    const { x, y } = place(index);
    return [x, x + size.nodeWidth].map((at) => ({ x: at, y: y + size.nodeHeight / 2 }));
  };
  return {
    at: new Map(nodes.map(({ id }, index) => [id, place(index)])),
    bends: new Map(lanes.map(({ from, to, by }) => [edgeId(nodes[from]!.id, nodes[to]!.id), by.flatMap(corners)])),
    width,
    height,
  };
}
