import type { ReactNode } from "react";
import { Text } from "./Text";

const HUES = [172, 24, 220, 48, 305, 130, 260, 350];

/** The first letters of the first and last word; of scripts without spaces, the first sign. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => (word ? [...word][0] : ""));
  return letters.join("").toLocaleUpperCase();
}

function hueOf(name: string): number {
  const sum = [...name].reduce((total, sign) => (total * 31 + (sign.codePointAt(0) ?? 0)) % 9973, 7);
  return HUES[sum % HUES.length] ?? 172;
}

/** Initials on a colour that belongs to the name. */
export function Avatar({ name, size = 30 }: { name: string; size?: number }): ReactNode {
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{ inlineSize: size, blockSize: size, fontSize: size * 0.4, ["--hue" as string]: hueOf(name) }}
    >
      <bdi>{initialsOf(name)}</bdi>
    </span>
  );
}

/** A colleague or a customer by name. */
export function PersonTag({ name, note }: { name: string; note?: ReactNode }): ReactNode {
  return (
    <span className="person">
      <Avatar name={name} size={24} />
      <Text>{name}</Text>
      {note && <span className="soft">{note}</span>}
    </span>
  );
}
