import { describe, test } from '@jest/globals';
import { city, given, operatorAdmin } from '../given.js';

const registered = { type: 'OrganisationRegistered', data: {} } as const;
const own = { organisation: city, role: 'administrator' } as const;

describe('organisations', () => {
  test('are registered by the operator', () =>
    given().when({ type: 'RegisterOrganisation' }, { actor: operatorAdmin }).then());
  test('not by themselves', () =>
    given().when({ type: 'RegisterOrganisation' }, { actor: own }).refuses('ROLE_MAY_NOT'));
  test('and only once', () =>
    given(registered).when({ type: 'RegisterOrganisation' }, { actor: operatorAdmin }).refuses('ORGANISATION_EXISTS'));
  test('not with the name of a file', () =>
    given()
      .when({ type: 'RegisterOrganisation', organisation: 'urn:vitrine:org:local:a.TTL' }, { actor: operatorAdmin })
      .refuses('NAME_RESERVED', '/organisation'));
  test('with identifiers of the right form', () =>
    given()
      .when(
        { type: 'RegisterOrganisation', data: { identifiers: [{ scheme: 'fr-siren', id: 'x' }] } },
        { actor: operatorAdmin },
      )
      .refuses('IDENTIFIER_INVALID', '/data/identifiers/0/id'));
  test('are renamed by their own administrator', () =>
    given(registered).when({ type: 'RenameOrganisation' }, { actor: own }).then());
  test('not by an editor', () => given(registered).when({ type: 'RenameOrganisation' }).refuses('ROLE_MAY_NOT'));
  test("not by another's", () =>
    given(registered)
      .when({ type: 'RenameOrganisation', organisation: 'urn:vitrine:org:local:x' }, { actor: own })
      .refuses('OTHER_ORGANISATION'));
  test('unknown ones are not renamed', () =>
    given().when({ type: 'RenameOrganisation' }, { actor: operatorAdmin }).refuses('ORGANISATION_UNKNOWN'));
  test('are closed by the operator', () =>
    given(registered).when({ type: 'CloseOrganisation' }, { actor: operatorAdmin }).then());
  test('and that once', () =>
    given(registered, { type: 'OrganisationClosed' })
      .when({ type: 'CloseOrganisation' }, { actor: operatorAdmin })
      .refuses('ORGANISATION_CLOSED'));
  test('do not succeed themselves', () =>
    given(registered)
      .when({ type: 'CloseOrganisation', data: { successor: city } }, { actor: operatorAdmin })
      .refuses('SUCCESSOR_IS_ITSELF'));
  test('are no systems', () =>
    given(registered)
      .when({ type: 'ConfirmRecord', system: city }, { actor: operatorAdmin })
      .refuses('UNKNOWN_COMMAND'));
});
