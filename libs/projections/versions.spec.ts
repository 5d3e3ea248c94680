import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differences } from './versions.js';

test.each([
  ['nothing', { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, []],
  ['a value', { a: 1 }, { a: 2 }, [{ path: '/a', before: 1, after: 2 }]],
  ['a member within', { a: { b: 1, c: 1 } }, { a: { b: 2, c: 1 } }, [{ path: '/a/b', before: 1, after: 2 }]],
  ['a member that is new', { a: 1 }, { a: 1, b: 0 }, [{ path: '/b', before: undefined, after: 0 }]],
  ['a member that is gone', { a: 1 }, {}, [{ path: '/a', before: 1, after: undefined }]],
  [
    'a list, as a whole',
    { a: [1, { b: 1 }] },
    { a: [1, { b: 2 }] },
    [{ path: '/a', before: [1, { b: 1 }], after: [1, { b: 2 }] }],
  ],
  ['another kind of value', { a: { b: 1 } }, { a: null }, [{ path: '/a', before: { b: 1 }, after: null }]],
  ['names with signs of a JSON Pointer', { 'a/b~c': 1 }, { 'a/b~c': 2 }, [{ path: '/a~1b~0c', before: 1, after: 2 }]],
])('differences name %s', (_, before, after, expected) => expect(differences(before, after)).toEqual(expected));

test('put into the value before, the differences give the value after', () => {
  const tree = fc.object({
    values: [fc.integer(), fc.string(), fc.constant(null)],
    maxDepth: 3,
    key: fc.stringMatching(/^[a-c/~]{1,3}$/),
  });
  const put = (target: { [name: string]: unknown }, path: string, value: unknown) => {
    const names = path
      .slice(1)
      .split('/')
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop()!;
    const holder = names.reduce((inner, name) => inner[name] as typeof target, target);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  };
  fc.assert(
    fc.property(tree, tree, (before, after) => {
      const changed = structuredClone(before) as { [name: string]: unknown };
      for (const difference of differences(before, after)) put(changed, difference.path, difference.after);
      expect(changed).toEqual(after);
    }),
  );
});
