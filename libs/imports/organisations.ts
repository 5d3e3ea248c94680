import type { Code } from '#domain';
import type { Ledger } from './ledger.js';

type Where = { line: string; source: string; moment: string };

/**
 * The organisation with this name (or URN) at the moment. One that is not in the register is planned as a new one; undefined if its country
 * is not known, or if a URN is unknown.
 */
export function findOrPlanOrganisation(
  ledger: Ledger,
  name: string,
  { line, source, moment }: Where,
  registeredOn = moment,
  country?: string,
  names: { [language: string]: string } = { [ledger.language]: name },
): string | undefined {
  const known = ledger.hasOrganisation(name) ? name : ledger.organisationNamed(name, moment);
  if (known) return known;
  if (!country || name.startsWith('urn:')) return undefined;
  const base = `urn:vitrine:org:${source}:${slug(name)}`;
  let id = base;
  for (let n = 2; ledger.hasOrganisation(id); n++) id = `${base}-${n}`;
  const data = {
    names,
    kind: kindOf(name),
    country,
    source: { register: source, id: name },
  };
  ledger.plan(line, `${source}:${id}:register`, {
    type: 'RegisterOrganisation',
    organisation: id,
    occurredAt: registeredOn,
    data,
  });
  return id;
}

/**
 * Plans for systems that are now under another organisation's name. If all systems of an organisation move to a name that nobody has, the
 * organisation was renamed; otherwise each system is transferred.
 */
export function planMoves(
  ledger: Ledger,
  moves: { system: string; to: string; line: string }[],
  systemsOf: (organisation: string) => string[],
  where: Omit<Where, 'line'>,
): void {
  const groups = new Map<string, typeof moves>();
  for (const move of moves) {
    const record = ledger.recordAt(move.system, where.moment);
    if (!record || ledger.nameAt(record.organisation, where.moment) === move.to) continue;
    const key = JSON.stringify([record.organisation, move.to]);
    groups.set(key, [...(groups.get(key) ?? []), move]);
  }
  for (const [key, group] of groups) {
    const [from, to] = JSON.parse(key) as [string, string];
    const line = group[0]!.line;
    const all = systemsOf(from).every((system) => group.some((move) => move.system === system));
    if (all && !ledger.organisationNamed(to, where.moment)) {
      ledger.plan(line, `${where.source}:${from}:rename:${where.moment}:${to}`.slice(0, 200), {
        type: 'RenameOrganisation',
        organisation: from,
        occurredAt: where.moment,
        data: {
          names: { [ledger.language]: to },
          reason: {
            nl: `Andere naam in de bron (${where.source}).`,
            en: `Another name in the source (${where.source}).`,
          },
        },
      });
      continue;
    }
    for (const move of group) {
      const target = findOrPlanOrganisation(ledger, to, { ...where, line: move.line }, where.moment, 'NL')!;
      ledger.plan(move.line, `${where.source}:${move.system}:move:${where.moment}`, {
        type: 'DescribeSystem',
        organisation: from,
        system: move.system,
        occurredAt: where.moment,
        data: {
          transferTo: target,
          reason: { nl: 'Andere organisatie in de bron.', en: 'Another organisation in the source.' },
        },
      });
    }
  }
}

/** European letters that are not an ASCII letter with a diacritic. */
const spelled: { [letter: string]: string } = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  ß: 'ss',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
};

/** ASCII letters, digits and hyphens, at most 60. */
export function slug(text: string): string {
  const ascii = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\0-\x7f]/g, (letter) => spelled[letter] ?? letter);
  return (
    ascii
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60)
      .replace(/-+$/, '') || 'x'
  );
}

/** Dutch public bodies say what they are in their names. */
function kindOf(name: string): Code<'organisation-kind'> {
  const kinds: [RegExp, Code<'organisation-kind'>][] = [
    [/^gemeente\b/i, 'municipality'],
    [/^provincie\b/i, 'province'],
    [/^ministerie\b/i, 'ministry'],
    [/waterschap|hoogheemraadschap/i, 'water-board'],
    [/veiligheidsregio/i, 'safety-region'],
    [/omgevingsdienst|milieudienst/i, 'environment-service'],
    [/^(nationale )?politie\b/i, 'police'],
    [/gemeenschappelijke regeling|\bGR\b/i, 'intermunicipal-body'],
    [/^stichting\b/i, 'foundation'],
  ];
  return kinds.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
}
