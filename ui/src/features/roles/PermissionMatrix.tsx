/**
 * Verbs by kinds of things: allowed, denied, or neither (other roles decide). Every cell is a button; arrow keys walk
 * from cell to cell, Space and Enter go on to the next state.
 */
import { CheckOutlined, CloseOutlined, MinusOutlined } from "@ant-design/icons";
import type { KeyboardEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { RoleBody, Verbs, Vocabulary } from "@/api/roles";
import { useIsPhone } from "@/components/useIsPhone";
import { useWords } from "./words";

type State = "inherit" | "allow" | "deny";
type Rights = Pick<RoleBody, "permissions" | "denials">;

const NEXT: Record<State, State> = { inherit: "allow", allow: "deny", deny: "inherit" };
const ICONS: Record<State, ReactNode> = {
  inherit: <MinusOutlined aria-hidden="true" />,
  allow: <CheckOutlined aria-hidden="true" />,
  deny: <CloseOutlined aria-hidden="true" />,
};

function stateOf({ permissions, denials }: Rights, verb: string, kind: string): State {
  if (denials[kind]?.includes(verb)) return "deny";
  return permissions[kind]?.includes(verb) ? "allow" : "inherit";
}

function withVerb(verbs: Verbs, kind: string, verb: string, isIn: boolean): Verbs {
  const others = (verbs[kind] ?? []).filter((other) => other !== verb);
  const { [kind]: _dropped, ...rest } = verbs;
  const next = isIn ? [...others, verb] : others;
  return next.length > 0 ? { ...rest, [kind]: next } : rest;
}

export function withState(rights: Rights, verb: string, kind: string, state: State): Rights {
  return {
    permissions: withVerb(rights.permissions, kind, verb, state === "allow"),
    denials: withVerb(rights.denials, kind, verb, state === "deny"),
  };
}

interface Props {
  vocabulary: Vocabulary;
  rights: Rights;
  isReadOnly: boolean;
  onChange: (rights: Rights) => void;
}

interface CellProps extends Omit<Props, "vocabulary"> {
  verb: string;
  kind: string;
  isLabelled?: boolean;
}

function Cell({ verb, kind, rights, isReadOnly, onChange, isLabelled }: CellProps): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const state = stateOf(rights, verb, kind);
  return (
    <button
      type="button"
      className="right"
      data-state={state}
      data-cell={`${kind} ${verb}`}
      aria-disabled={isReadOnly}
      aria-label={t("matrix.cell", { kind: words.kind(kind), verb: words.verb(verb), state: t(`state.${state}`) })}
      onKeyDown={walk}
      onClick={() => !isReadOnly && onChange(withState(rights, verb, kind, NEXT[state]))}
    >
      {ICONS[state]}
      {isLabelled && <span>{words.verb(verb)}</span>}
    </button>
  );
}

const STEPS: Record<string, readonly [down: number, along: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Walks to the next cell that has a button. */
function walk(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = STEPS[event.key];
  const cell = event.currentTarget.closest("td");
  const rows = event.currentTarget.closest("tbody")?.rows;
  if (!step || !cell || !rows) return;
  event.preventDefault();
  const [down, along] = step;
  const turned = document.documentElement.dir === "rtl" ? -along : along;
  let row = (cell.parentElement as HTMLTableRowElement).sectionRowIndex + down;
  let column = cell.cellIndex + turned;
  for (let next = rows[row]?.cells[column]; next; next = rows[row]?.cells[column]) {
    const button = next.querySelector("button");
    if (button) {
      button.focus();
      return;
    }
    row += down;
    column += turned;
  }
}

function Narrow({ vocabulary, ...cell }: Props): ReactNode {
  const words = useWords();
  return Object.entries(vocabulary.kinds).map(([kind, verbs]) => (
    <fieldset key={kind} className="rights-group">
      <legend>{words.kind(kind)}</legend>
      <div className="rights-row">
        {verbs.map((verb) => (
          <Cell key={verb} verb={verb} kind={kind} isLabelled {...cell} />
        ))}
      </div>
    </fieldset>
  ));
}

export function PermissionMatrix(props: Props): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  const isPhone = useIsPhone();
  const { vocabulary, ...cell } = props;
  return (
    <>
      <p className="legend-line">
        {(["allow", "deny", "inherit"] as const).map((state) => (
          <span key={state}>
            <span className="right" data-state={state}>
              {ICONS[state]}
            </span>{" "}
            {t(`state.${state}.what`)}
          </span>
        ))}
      </p>
      {isPhone ? (
        <Narrow {...props} />
      ) : (
        <div className="scroll">
          <table className="table matrix" aria-label={t("matrix")}>
            <thead>
              <tr>
                <td />
                {vocabulary.verbs.map((verb) => (
                  <th key={verb} scope="col">
                    {words.verb(verb)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Object.entries(vocabulary.kinds).map(([kind, verbs]) => (
                <tr key={kind}>
                  <th scope="row">{words.kind(kind)}</th>
                  {vocabulary.verbs.map((verb) => (
                    <td key={verb}>{verbs.includes(verb) && <Cell verb={verb} kind={kind} {...cell} />}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
