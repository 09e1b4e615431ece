/** Where two values differ: what both begin with and end with is common, the middle is not. Whole characters only. */

export interface Parts {
  before: string;
  middle: string;
  after: string;
}

const MOST = 120;
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function charactersOf(text: string): string[] {
  return Array.from(CHARACTERS.segment(text), ({ segment }) => segment);
}

/** The parts of `value` against `other`; null where they share too little for the rest to be worth marking. */
export function partsOf(value: string, other: string): Parts | null {
  if (value === other || value.length > MOST || other.length > MOST) return null;
  const [mine, theirs] = [charactersOf(value), charactersOf(other)];
  const shortest = Math.min(mine.length, theirs.length);
  const alike = (a: string | undefined, b: string | undefined): boolean =>
    a?.toLocaleLowerCase() === b?.toLocaleLowerCase();
  let begin = 0;
  while (begin < shortest && alike(mine[begin], theirs[begin])) begin += 1;
  let end = 0;
  while (end < shortest - begin && alike(mine.at(-1 - end), theirs.at(-1 - end))) end += 1;
  if ((begin + end) * 2 < Math.max(mine.length, theirs.length)) return null;
  return {
    before: mine.slice(0, begin).join(""),
    middle: mine.slice(begin, mine.length - end).join(""),
    after: mine.slice(mine.length - end).join(""),
  };
}
