/** A row scope: text that is checked while it is written, and the attributes that it may test, to be put in by a click. */
import { Input, type InputRef } from "antd";
import { type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import type { Vocabulary } from "@/api/roles";
import { ErrorLine } from "@/components/ErrorState";
import { RuleText } from "./words";

interface Props {
  part: "scope" | "deny_scope";
  value: string | null;
  vocabulary: Vocabulary;
  /** What the live preview said of the draft. */
  error: unknown;
  isReadOnly: boolean;
  onChange: (rule: string | null) => void;
}

const EXAMPLES = ['region in my.regions', 'status = "active" and not (tier in ("gold", "silver"))', 'last_contact_at >= "2026-01-01"', "email is known", 'company ~ "bank"']; // prettier-ignore

function Broken({ error, rule }: { error: unknown; rule: string }): ReactNode {
  const { t } = useTranslation("roles");
  if (!isApiError(error)) return null;
  const { position, expected } = error.fields as { position?: number; expected?: string };
  if (position === undefined) return <ErrorLine error={error} />;
  const shown = rule.trim();
  return (
    <>
      {t("rule.broken", { position: position + 1 })} <code dir="ltr">{expected}</code>
      <pre className="rule-broken" dir="ltr">
        {shown.slice(0, position)}
        <mark>{shown.slice(position, position + 1) || " "}</mark>
        {shown.slice(position + 1)}
      </pre>
    </>
  );
}

export function RuleField({ part, value, vocabulary, error, isReadOnly, onChange }: Props): ReactNode {
  const { t } = useTranslation("roles");
  const id = useId();
  const input = useRef<InputRef & { resizableTextArea?: { textArea: HTMLTextAreaElement } }>(null);
  const isBroken = isApiError(error, 422) && error.fields["field"] === part;
  const insert = (word: string): void => {
    const area = input.current?.resizableTextArea?.textArea;
    const text = value ?? "";
    const at = area?.selectionStart ?? text.length;
    const before = text.slice(0, at);
    const space = before && !/[\s(]$/.test(before) ? " " : "";
    onChange(`${before}${space}${word} ${text.slice(area?.selectionEnd ?? at).trimStart()}`);
    area?.focus();
  };
  const mine = [...new Set(["regions", ...vocabulary.my_attributes])];
  return (
    <div className="rule-field">
      <label htmlFor={id}>{t(part === "scope" ? "scope.label" : "deny_scope.label")}</label>
      <p className="soft" id={`${id}-what`}>
        {t(part === "scope" ? "scope.what" : "deny_scope.what")}
      </p>
      <Input.TextArea
        id={id}
        ref={input as never}
        className="rule-input"
        dir="ltr"
        autoSize={{ minRows: 2, maxRows: 8 }}
        spellCheck={false}
        maxLength={8000}
        readOnly={isReadOnly}
        value={value ?? ""}
        placeholder={t(part === "scope" ? "scope.all" : "deny_scope.none")}
        status={isBroken ? "error" : undefined}
        aria-invalid={isBroken}
        aria-describedby={`${id}-what ${id}-error`}
        onChange={({ target }) => onChange(target.value === "" ? null : target.value)}
      />
      <div id={`${id}-error`} role="status" className={isBroken ? "error-line" : undefined}>
        {isBroken && <Broken error={error} rule={value ?? ""} />}
      </div>
      {!isReadOnly && (
        <details>
          <summary>{t("rule.help")}</summary>
          <p className="soft">{t("rule.attributes")}</p>
          <div className="words">
            {[...vocabulary.scope_attributes.map(({ name }) => name), ...mine.map((name) => `my.${name}`)].map(
              (name) => (
                <button
                  type="button"
                  key={name}
                  className="word"
                  dir="ltr"
                  onClick={() => insert(name.includes(" ") ? `\`${name}\`` : name)}
                >
                  {name}
                </button>
              ),
            )}
          </div>
          <p className="soft">{t("rule.examples")}</p>
          <ul className="rule-examples">
            {EXAMPLES.map((example) => (
              <li key={example}>
                <RuleText rule={example} />
              </li>
            ))}
          </ul>
          <p className="soft">{t("rule.missing")}</p>
        </details>
      )}
    </div>
  );
}
