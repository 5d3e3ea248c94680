/** Edit distance: how many letters are different, missing, added or swapped (optimal string alignment); `most + 1` if there are more than `most`. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    [beforeLast, last] = [last, row];
  }
  return Math.min(last[b.length]!, most + 1);
}

/** The number of typing errors tolerated in a word of this length. */
const mostSlips = (length: number) => (length < 4 ? 0 : length < 7 ? 1 : 2);

/** The word nearest to the typed one; of several equally near the first. Undefined if none is near enough. */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  const plain = withoutAccents(typed);
  let [best, least] = [undefined as string | undefined, mostSlips(typed.length) + 1];
  for (const word of words) {
    const slips = distance(plain, withoutAccents(word), least - 1);
    if (slips < least) [best, least] = [word, slips];
  }
  return best;
}

const withoutAccents = (word: string) => word.normalize('NFD').replace(/\p{M}/gu, '');
