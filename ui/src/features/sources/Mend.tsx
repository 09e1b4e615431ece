/** One row of quarantine, column by column, as it should be. */
import { Button, Drawer, Input } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type QuarantinedRow, replayRows, useRefreshSources } from "@/api/sources";
import { useLanguage } from "@/app/language";
import { ErrorLine } from "@/components/ErrorState";
import { Text } from "@/components/Text";

/** The words of a delimited line, as far as a first proposal goes; quotes are heeded. */
export function wordsOf(raw: string): string[] {
  const counts = [",", ";", "\t", "|"].map((mark) => [mark, raw.split(mark).length] as const);
  const mark = counts.toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ",";
  const words: string[] = [];
  let word = "";
  let isQuoted = false;
  for (const character of raw) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === mark && !isQuoted) {
      words.push(word);
      word = "";
    } else word += character;
  }
  return [...words, word].map((one) => one.trim());
}

export function Mend({ row, onClose }: { row: QuarantinedRow; onClose: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  const { isRtl } = useLanguage();
  const refresh = useRefreshSources();
  const raw = String(row.raw.value ?? "");
  const [values, setValues] = useState<Record<string, string>>(() => {
    const words = wordsOf(raw);
    return Object.fromEntries(
      row.columns.map((column, position) => [column, row.corrected?.[column] ?? words[position] ?? ""]),
    );
  });
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    setError(null);
    try {
      const kept = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || null]));
      await replayRows([{ quarantine_id: row.quarantine_id, values: kept }]);
      refresh();
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setIsSaving(false);
    }
  };
  return (
    <Drawer
      open
      size={560}
      styles={{ wrapper: { maxInlineSize: "100vw" } }}
      placement={isRtl ? "left" : "right"}
      title={t("quarantine.mend")}
      onClose={onClose}
      footer={
        <div className="row-buttons">
          <Button type="primary" loading={isSaving} onClick={() => void save()}>
            {t("quarantine.replay")}
          </Button>
          <span className="soft">{t("quarantine.replay_what")}</span>
        </div>
      }
    >
      <p>
        <Text>{row.reason}</Text>
      </p>
      <pre className="raw">
        <bdi dir="auto">{raw}</bdi>
      </pre>
      <p className="soft">{t("quarantine.proposal")}</p>
      {row.columns.map((column, position) => (
        <div key={column} className="mend-field">
          <label htmlFor={`mend-${position}`}>
            <Text>{column}</Text>
          </label>
          <Input
            id={`mend-${position}`}
            dir="auto"
            value={values[column] ?? ""}
            onChange={({ target }) => setValues({ ...values, [column]: target.value })}
          />
        </div>
      ))}
      <ErrorLine error={error} />
    </Drawer>
  );
}
