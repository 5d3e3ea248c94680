import { describe, test } from '@jest/globals';
import { camera, city, givenStreams, operatorAdmin } from './given.js';

const open = [{ type: 'OrganisationRegistered', data: {} }] as const;
const closed = [...open, { type: 'OrganisationClosed', data: {} }] as const;
const named = [{ type: 'SystemRegistered', data: {} }] as const;
const retiredFor = (successor: string) => [...named, { type: 'SystemRetired', data: { successor } }] as const;
const closedFor = (successor: string) => [...open, { type: 'OrganisationClosed', data: { successor } }] as const;
const town = 'urn:vitrine:org:local:town';
const sys = (name: string) => `urn:vitrine:sys:local:city:${name}`;

const streams = (of: { [stream: string]: readonly object[] }) => givenStreams(of as never);

describe('a system', () => {
  test('needs an organisation', () =>
    streams({}).when({ type: 'RegisterSystem' }).refuses('ORGANISATION_UNKNOWN', '/organisation'));
  test('that is open', () => {
    streams({ [city]: open })
      .when({ type: 'RegisterSystem' })
      .passes();
    streams({ [city]: closed })
      .when({ type: 'ConfirmRecord' })
      .refuses('ORGANISATION_CLOSED', '/organisation');
  });
  test('of a closed organisation is wound up by the operator, who registers no new one there', () => {
    streams({ [city]: closed })
      .when({ type: 'RetireSystem' }, operatorAdmin)
      .passes();
    streams({ [city]: closed })
      .when({ type: 'RegisterSystem' }, operatorAdmin)
      .refuses('ORGANISATION_CLOSED');
  });
  test.each([
    ['unknown', {}],
    ['closed', { [town]: closed }],
  ])('is not handed to an organisation that is %s', (_, more) =>
    streams({ [city]: open, ...more })
      .when({ type: 'DescribeSystem', data: { transferTo: town } })
      .refuses('ORGANISATION_UNKNOWN', '/data/transferTo'),
  );
  test('is handed to one that is open', () =>
    streams({ [city]: open, [town]: open })
      .when({ type: 'DescribeSystem', data: { transferTo: town } })
      .passes());
});

describe('a successor', () => {
  const retire = (successor: string) => ({ type: 'RetireSystem', data: { successor } }) as const;
  test('must be registered', () =>
    streams({ [city]: open })
      .when(retire(sys('b')))
      .refuses('SUCCESSOR_UNKNOWN', '/data/successor'));
  test('may be retired for yet another', () =>
    streams({ [city]: open, [sys('b')]: retiredFor(sys('c')), [sys('c')]: named })
      .when(retire(sys('b')))
      .passes());
  test.each([1, 2, 5])('may not lead back, however long the way (%i)', (length) => {
    const way = Array.from({ length }, (_, i) => sys(`way${i}`));
    const others = way.map((stream, i) => [stream, retiredFor(way[i + 1] ?? camera)]);
    streams({ [city]: open, ...Object.fromEntries(others) })
      .when(retire(way[0]!))
      .refuses('SUCCESSOR_IN_CIRCLE', '/data/successor');
  });
  test('may go round in a circle of others, which is in the log already', () =>
    streams({ [city]: open, [sys('b')]: retiredFor(sys('c')), [sys('c')]: retiredFor(sys('b')) })
      .when(retire(sys('b')))
      .passes());
  test('of an organisation, too', () =>
    streams({ [city]: open, [town]: closedFor(city) })
      .when({ type: 'CloseOrganisation', data: { successor: town } }, operatorAdmin)
      .refuses('SUCCESSOR_IN_CIRCLE', '/data/successor'));
  test('that is the system itself is for its own stream to refuse', () =>
    streams({ [city]: open })
      .when(retire(camera))
      .passes());
});
