import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readThemes, type Themes, textLanguages } from '#exports';
import { createServer } from '#server';
import { openTestRegister, type TestRegister } from './setup/register.js';

// What the law asks of a public site: who runs it, its accessibility statement, what it does with data. It states only what its operator stated.
let t: TestRegister;
beforeAll(async () => {
  t = await openTestRegister();
});
afterAll(() => t.close());

const statement = {
  compliance: 'partial',
  exceptions: { fr: 'Les <b>cartes</b> liées.' },
  preparedOn: '2026-11-01',
  method: 'self',
  enforcement: 'https://www.defenseurdesdroits.fr/?a=1&b=2',
};

async function readPage(path: string, options: { themes?: Themes; contact?: string } = {}): Promise<string> {
  const app = await createServer(t.register, options);
  await app.listen(0, '127.0.0.1');
  try {
    return await (await fetch((await app.getUrl()) + path)).text();
  } finally {
    await app.close();
  }
}

test('what was not stated is called not stated', async () => {
  const html = await readPage('/en/accessibility');
  expect(html).toContain('The operator has not stated yet how far this website complies');
  expect(html).toContain('has not stated yet which body handles complaints');
  expect(html).not.toContain('compliant with');
  expect(html).not.toContain('Preparation of this statement');
  expect(await readPage('/en/about')).toContain('No address has been stated.');
});

test('what was stated is told, in the reader’s language or named as of another', async () => {
  const themes = readThemes(JSON.stringify({ name: { fr: 'Ville de Besançon' }, accessibility: statement }), () => '');
  const options = { themes, contact: 'ia@besancon.example' };
  const html = await readPage('/fr/accessibility', options);
  expect(html).toContain('Ville de Besançon s’engage à rendre ce site accessible');
  expect(html).toContain('partiellement conforme');
  expect(html).toContain('Les &lt;b>cartes&lt;/b> liées.');
  expect(html).toContain(
    'Établie le <time datetime="2026-11-01">1er novembre 2026</time>, sur la base d’une autoévaluation',
  );
  expect(html).toContain('<a href="https://www.defenseurdesdroits.fr/?a=1&amp;b=2">');
  expect(html).toContain('Écrivez à <a href="mailto:ia@besancon.example">ia@besancon.example</a>.');
  expect(await readPage('/nl/accessibility', options)).toContain('<span lang="fr" dir="auto">Les');
});

describe('in each language', () => {
  test.each([...textLanguages])('%s', async (language) => {
    for (const page of ['about', 'accessibility', 'privacy']) {
      const answer = await fetch(`${t.url}/${language}/${page}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect((await fetch(`${t.url}/${language}/${page}?x=1`)).status).toBe(400);
      expect(await answer.text()).not.toMatch(/[{}]|undefined/);
    }
  });
});

describe('a statement is refused that', () => {
  test.each<[string, object, string]>([
    ['says nothing of compliance', { compliance: undefined }, '"compliance" must be one of full, partial, none'],
    ['claims another compliance', { compliance: 'mostly' }, '"compliance" must be one of'],
    ['names no exceptions', { exceptions: undefined }, '"exceptions" must be texts by language'],
    ['has no day', { preparedOn: '1 November' }, '"preparedOn" must be a date'],
    ['has no method', { method: 'yes' }, '"method" must be one of self, third-party'],
    ['leads elsewhere', { enforcement: 'javascript:alert(1)' }, 'an address that starts with https'],
    ['has another member', { by: 'me' }, '"by" is no member of a theme'],
  ])('%s', (_, change, message) => {
    expect(() => readThemes(JSON.stringify({ accessibility: { ...statement, ...change } }), () => '')).toThrow(message);
  });
});

describe('the state of the service', () => {
  test('is told in words, with what can be checked', async () => {
    const html = await readPage('/fr/status');
    // The database of the tests is not durable, which the operator should know.
    const { troubles } = (await (await fetch(`${t.url}/readyz`)).json()) as { troubles: object[] };
    expect(html).toContain(troubles.length === 0 ? 'Tout fonctionne.' : 'a un point à vérifier');
    const events = (await t.register.store.head()) + 1;
    expect(html).toMatch(new RegExp(`<dt>Événements enregistrés</dt><dd>${events}</dd>`));
  });

  test('a fault is no secret to readers, and no riddle', async () => {
    const { log } = t.register.state;
    Object.assign(log, { refuses: true, trouble: 'It differs.' });
    expect(await readPage('/en/status')).toContain('Something is wrong with this register.');
    Object.assign(log, { refuses: false, trouble: undefined });
    expect(await readPage('/en/status')).not.toContain('Something is wrong');
  });
});
