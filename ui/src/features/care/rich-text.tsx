/** Plain text as people typed it: addresses become links, names of those called stand out, nothing becomes markup. */
import { Fragment, type ReactNode } from "react";
import type { Person } from "@/api/care";

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gu;
const TRAILING = /[.,;:!?)\]}»”’…،؛؟。，；：！？）」』]+$/u;

export type Piece = { kind: "text" | "mention" | "link"; text: string };

/** Brackets that the address itself opened belong to it. */
function trimmed(address: string): string {
  const without = address.replace(TRAILING, "");
  const rest = address.slice(without.length);
  return rest.startsWith(")") && without.split("(").length > without.split(")").length ? `${without})` : without;
}

function splitBy(text: string, mark: string, kind: Piece["kind"]): Piece[] {
  return text
    .split(mark)
    .flatMap((part, index): Piece[] =>
      index === 0
        ? [{ kind: "text", text: part }]
        : [
            { kind, text: mark },
            { kind: "text", text: part },
          ],
    )
    .filter(({ text: part }) => part !== "");
}

export function piecesOf(text: string, mentions: readonly Person[] = []): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!/^https?:\/\/[^/]/u.test(address)) continue;
    pieces.push({ kind: "text", text: text.slice(end, match.index) }, { kind: "link", text: address });
    end = match.index + address.length;
  }
  pieces.push({ kind: "text", text: text.slice(end) });
  const marks = mentions.map(({ name }) => `@${name}`).toSorted((a, b) => b.length - a.length);
  return marks
    .reduce(
      (found, mark) =>
        found.flatMap((piece) => (piece.kind === "text" ? splitBy(piece.text, mark, "mention") : [piece])),
      pieces,
    )
    .filter(({ text: part }) => part !== "");
}

const NOBODY: readonly Person[] = [];

export function RichText({ text, mentions = NOBODY }: { text: string; mentions?: readonly Person[] }): ReactNode {
  return (
    <div className="care-text" dir="auto">
      {piecesOf(text, mentions).map((piece, index) => {
        const key = `${index} ${piece.kind}`;
        if (piece.kind === "mention")
          return (
            <bdi key={key} className="care-mention">
              {piece.text}
            </bdi>
          );
        if (piece.kind === "link")
          return (
            <a key={key} href={piece.text} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
              {piece.text}
            </a>
          );
        return <Fragment key={key}>{piece.text}</Fragment>;
      })}
    </div>
  );
}
