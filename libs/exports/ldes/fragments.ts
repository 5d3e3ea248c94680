import { link, literal, type Node, node, type Value } from '../rdf/graph.js';
import { type EventRow, eventNode, type Iris } from '../rdf/resources.js';

/** Events per page and children per node: the same as entries per bundle and hashes per tile of the log. */
export const fanOut = 256;

/** A node of the tree: `level` 0 is a page of events, 1 a node of pages, and so on. */
export type Place = { level: number; index: number };

/** The top node for a log of `size` events. */
export function topOf(size: number): Place {
  let level = 1;
  while (size > fanOut ** (level + 1)) level++;
  return { level, index: 0 };
}

/** The path of a node below the register's address, with numbers written as in tlog-tiles: x001/234. */
export function pathOf({ level, index }: Place): string {
  const groups = String(index)
    .padStart(3, '0')
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g)!;
  const number = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
  return level === 0 ? `/ldes/${number}.trig` : `/ldes/node/${level}/${number}.trig`;
}

/** The node at a path below /ldes/; undefined for a path of any other form. */
export function placeOf(path: string): Place | undefined {
  const found = /^(?:node\/([1-7])\/)?((?:x\d{3}\/)*\d{3})\.trig$/.exec(path);
  if (!found) return undefined;
  const place = { level: Number(found[1] ?? 0), index: Number(found[2]!.replaceAll(/[x/]/g, '')) };
  return Number.isSafeInteger(place.index) && pathOf(place).endsWith(`/${path}`) ? place : undefined;
}

/** The positions of the events below a node: from `from` to before `to`. */
export function rangeOf({ level, index }: Place): { from: number; to: number } {
  const width = fanOut ** (level + 1);
  return { from: index * width, to: (index + 1) * width };
}

const stream = (origin: string) => `https://${origin}/ldes`;

/**
 * The root page for a log of `size` events: the stream with its paths, and links to the nodes below. `content`: where the content of an event is
 * found.
 */
export function rootPage(origin: string, size: number, content = 'at the address of the member'): Node[] {
  const top = topOf(size);
  return [
    node(
      stream(origin),
      ['ldes:EventStream'],
      [
        ['dct:title', { value: `All events of the register at ${origin}`, language: 'en' }],
        [
          'dct:description',
          {
            value: `Members are never removed. What an event carries can be erased by law and so is not in here: it is ${content}.`,
            language: 'en',
          },
        ],
        ['ldes:timestampPath', link('http://purl.org/dc/terms/created')],
        ['ldes:versionOfPath', link('http://purl.org/dc/terms/isVersionOf')],
        ['ldes:sequencePath', link('https://vitrine.example/ns#position')],
        ['tree:view', link('')],
      ],
    ),
    treeNode('', childrenOf(top, size), false),
  ];
}

/** The page of a node between the root and the pages of events. */
export function innerPage(place: Place, size: number): Node[] {
  return [treeNode('', childrenOf(place, size), rangeOf(place).to <= size)];
}

/**
 * A page of events; once full, it never changes. `url`: the address of the register that serves the events, if there is one. A full page links
 * to the next, which is empty until there are events for it.
 */
export function eventPage(
  place: Place,
  events: EventRow[],
  origin: string,
  url: string | undefined,
  iris: Iris,
): Node[] {
  const isFull = events.length === fanOut;
  const next = { level: 0, index: place.index + 1 };
  return [
    node(
      stream(origin),
      ['ldes:EventStream'],
      [['tree:member', events.map((event) => link(iris.event(event.event_id)))]],
    ),
    treeNode('', isFull ? [next] : [], isFull),
    ...events.map((event) => {
      const { id, types, properties } = eventNode(event, iris, false);
      const answers = [`/v1/events/${event.event_id}`, `/log/proof/${event.position}.tlog-proof`];
      const more = (url === undefined ? [] : answers).map((path): [Node['properties'][number][0], Value] => [
        'rdfs:seeAlso',
        link(url + path),
      ]);
      // `erased` may change, but a full page must not.
      return { id, types, properties: [...properties.filter(([name]) => name !== 'v:erasedPart'), ...more] };
    }),
  ];
}

function childrenOf(place: Place, size: number): Place[] {
  const { from, to } = rangeOf(place);
  const width = fanOut ** place.level;
  const last = Math.min(to, Math.max(size, 1));
  const first = place.index * fanOut;
  return Array.from({ length: Math.ceil((last - from) / width) }, (_, i) => ({
    level: place.level - 1,
    index: first + i,
  }));
}

function treeNode(self: string, children: Place[], isImmutable: boolean): Node {
  return node(
    self,
    ['tree:Node'],
    [
      ['ldes:immutable', isImmutable ? literal('true', 'xsd:boolean') : undefined],
      ['tree:relation', children.map(relationTo)],
    ],
  );
}

function relationTo(child: Place): Node {
  const path = pathOf(child);
  return node(
    `${path}#relation`,
    ['tree:GreaterThanOrEqualToRelation'],
    [
      ['tree:node', link(path)],
      ['tree:path', link('https://vitrine.example/ns#position')],
      ['tree:value', literal(String(rangeOf(child).from), 'xsd:integer')],
    ],
  );
}
