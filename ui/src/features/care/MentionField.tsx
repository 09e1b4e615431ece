/** A text field in which "@" and the beginning of a name call a colleague: by mouse, touch or keyboard. */
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { type Person, usePeople } from "@/api/care";
import { Avatar } from "@/components/PersonTag";
import { Text } from "@/components/Text";

export interface NoteDraft {
  body: string;
  mentions: Person[];
}

const LONGEST = 10_000;
const NOBODY: readonly Person[] = [];

interface Props {
  value: NoteDraft;
  onChange: (value: NoteDraft) => void;
  onSubmit: () => void;
  label: string;
  placeholder?: string;
  rows?: number;
  ref?: Ref<{ focus: () => void }>;
}

/** The name being typed after the last "@" before the cursor; null where none is, or one of `known` stands there. */
export function calledIn(
  text: string,
  cursor: number,
  known: readonly Person[] = NOBODY,
): { from: number; name: string } | null {
  const before = text.slice(0, cursor);
  const from = before.lastIndexOf("@");
  if (from < 0 || /[\p{L}\p{N}.]$/u.test(before.slice(0, from))) return null;
  const name = before.slice(from + 1);
  if (known.some((person) => name.startsWith(person.name))) return null;
  return /^[^\n@]{0,40}$/u.test(name) && !/^\s|\s\s|\s\S*\s\S*\s/u.test(name) ? { from, name } : null;
}

/** Those who are still named in the text. */
export function stillCalled({ body, mentions }: NoteDraft): Person[] {
  return mentions.filter(({ name }) => body.includes(`@${name}`));
}

export function MentionField({ value, onChange, onSubmit, label, placeholder, rows = 3, ref }: Props): ReactNode {
  const { t } = useTranslation("care");
  const field = useRef<HTMLTextAreaElement>(null);
  const wantedCursor = useRef<number | null>(null);
  const listId = useId();
  const [cursor, setCursor] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const called = calledIn(value.body, cursor, value.mentions);
  const isAsking = called !== null && called.from !== dismissed;
  const { data } = usePeople(called?.name ?? "", isAsking);
  const people = isAsking ? (data?.items ?? []) : [];
  const isOpen = people.length > 0;
  const chosen = Math.min(active, people.length - 1);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));

  // Before the next key comes: whoever types on at once writes behind the name.
  useLayoutEffect(() => {
    if (wantedCursor.current === null) return;
    field.current?.setSelectionRange(wantedCursor.current, wantedCursor.current);
    wantedCursor.current = null;
  });

  const pick = (person: Person): void => {
    if (!called) return;
    const head = `${value.body.slice(0, called.from)}@${person.name} `;
    const body = head + value.body.slice(cursor).replace(/^ /u, "");
    const others = value.mentions.filter(({ user_id }) => user_id !== person.user_id);
    onChange({ body, mentions: [...others, person] });
    setCursor(head.length);
    wantedCursor.current = head.length;
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSubmit();
      return;
    }
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const person = people[chosen];
    if (step) setActive((chosen + step + people.length) % people.length);
    else if ((event.key === "Enter" || event.key === "Tab") && person) pick(person);
    else if (event.key === "Escape") setDismissed(called?.from ?? null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="mention-field">
      <textarea
        ref={field}
        dir="auto"
        className="care-input"
        rows={rows}
        maxLength={LONGEST}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={isOpen ? `${listId}-${chosen}` : undefined}
        placeholder={placeholder}
        value={value.body}
        onChange={(event) => {
          setCursor(event.target.selectionStart);
          setDismissed(null);
          setActive(0);
          onChange({ ...value, body: event.target.value });
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onBlur={() => setDismissed(called?.from ?? null)}
      />
      <span className="visually-hidden" role="status">
        {isOpen ? t("mention.found", { count: people.length }) : ""}
      </span>
      {isOpen && (
        <div className="mention-list" role="listbox" tabIndex={-1} id={listId} aria-label={t("mention.people")}>
          {people.map((person, index) => (
            <div
              key={person.user_id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                pick(person);
              }}
              onPointerMove={() => setActive(index)}
            >
              <Avatar name={person.name} size={24} />
              <Text>{person.name}</Text>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
