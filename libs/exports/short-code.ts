/** Digits without vowels (no words), and without signs that look alike in print (B 8, S 5, Z 2, L I 1, O 0 Q, U V): 23, a prime. */
const digits = '23456789CDFGHJKMNPRTVWX';
const base = digits.length;
const shortest = 4;
const longest = 11;

/** Positions are spread over all codes of their length, so that the codes of a small register are not all 2222. */
const [factor, offset] = [104_729n, 65_537n];

/**
 * The short code of a system, for letters and signs: the position of its registration in the log, which never changes, spread, and a digit that shows slips.
 * The weighted sum of the digits is 0 modulo 23: so one wrong digit, or two that are swapped, never make another code.
 */
export function shortCodeOf(position: number): string {
  let length = shortest;
  while (position >= base ** length) length++;
  let rest = (BigInt(position) * factor + offset) % BigInt(base) ** BigInt(length);
  let code = '';
  for (let i = 0; i < length; i++, rest /= BigInt(base)) code = digits[Number(rest % BigInt(base))]! + code;
  const sum = weigh(`${code}${digits[0]}`);
  return code + digits[(base - sum) % base]!;
}

/** The position of the registration that a short code is of, as typed: in either case, with spaces or hyphens. Undefined if it is no code. */
export function positionOf(typed: string): number | undefined {
  const code = typed.replace(/[\s\-‐-–]/g, '').toUpperCase();
  if (code.length <= shortest || code.length > longest) return undefined;
  if ([...code].some((digit) => !digits.includes(digit)) || weigh(code) !== 0) return undefined;
  const value = [...code.slice(0, -1)].reduce((sum, digit) => sum * BigInt(base) + BigInt(digits.indexOf(digit)), 0n);
  const size = BigInt(base) ** BigInt(code.length - 1);
  const position = Number((((value + size - (offset % size)) % size) * inverse(factor % size, size)) % size);
  return Number.isSafeInteger(position) && shortCodeOf(position) === code ? position : undefined;
}

/** The number by which `n` must be multiplied to give 1 modulo `size` (Euclid). */
function inverse(n: bigint, size: bigint): bigint {
  let [before, now, first, second] = [size, n, 0n, 1n];
  while (now > 0n) {
    const times = before / now;
    [before, now] = [now, before - times * now];
    [first, second] = [second, first - times * second];
  }
  return ((first % size) + size) % size;
}

/** The last digit counts once, the one before it twice, and so on: fewer than 23 digits, so that no two count the same. */
const weigh = (code: string): number =>
  [...code].reverse().reduce((sum, digit, i) => (sum + (i + 1) * digits.indexOf(digit)) % base, 0);
