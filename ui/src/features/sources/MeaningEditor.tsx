/** One column: samples of it, what it might mean instead, and what that would do, before it is noted. */
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Drawer, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { type Column, loadSamples, noteMeaning, type Table, useMeanings, useRefreshSources } from "@/api/sources";
import { useLanguage } from "@/app/language";
import { useSession } from "@/app/session";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Num } from "@/components/Num";
import { Text } from "@/components/Text";
import { Confidence } from "./Confidence";
import { EffectOf } from "./EffectOf";
import { keyed } from "./keyed";

interface Props {
  table: Table;
  column: Column;
  version: number;
  onClose: () => void;
}

export function MeaningEditor({ table, column, version, onClose }: Props): ReactNode {
  const { t } = useTranslation("sources");
  const { isRtl } = useLanguage();
  const { may } = useSession();
  const { data } = useMeanings();
  const refresh = useRefreshSources();
  const said = column.noted ?? column.meaning;
  const [meaning, setMeaning] = useState(said);
  const [error, setError] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const mayChange = may("update", "source");
  const options = (data?.meanings ?? [])
    .map(({ meaning: value }) => ({ value, label: t(`meaning.${value}`) }))
    .toSorted((a, b) => a.label.localeCompare(b.label));

  const save = async (next: string | null): Promise<void> => {
    setIsSaving(true);
    setError(null);
    try {
      await noteMeaning(table.source, table.name, column.name, next, version);
      refresh();
      onClose();
    } catch (failure) {
      setError(failure);
      if (isApiError(failure, 412)) refresh();
    } finally {
      setIsSaving(false);
    }
  };

  return (
    <Drawer
      open
      size={620}
      styles={{ wrapper: { maxInlineSize: "100vw" } }}
      placement={isRtl ? "left" : "right"}
      title={<Text>{column.name}</Text>}
      onClose={onClose}
      footer={
        mayChange && (
          <div className="row-buttons">
            <Button type="primary" loading={isSaving} disabled={meaning === said} onClick={() => void save(meaning)}>
              {t("save")}
            </Button>
            {column.noted && (
              <Button disabled={isSaving} onClick={() => void save(null)}>
                {t("meaning.take_back")}
              </Button>
            )}
            <span className="soft">{t("applies")}</span>
          </div>
        )
      }
    >
      <p>
        {t(`meaning.${column.meaning}`)} <Confidence column={column} />{" "}
        <span className="soft">{column.is_set_by_person ? t("set_by_person") : <Text>{column.reason}</Text>}</span>
      </p>
      {column.noted && column.noted !== column.meaning && (
        <Alert type="info" title={`${t(`meaning.${column.noted}`)}: ${t("noted")}`} />
      )}
      {mayChange && (
        <>
          <label htmlFor="column-meaning">{t("meaning.choose")}</label>
          <Select
            id="column-meaning"
            className="wide"
            aria-label={t("meaning.choose")}
            showSearch={{ optionFilterProp: "label" }}
            value={meaning}
            options={options}
            onChange={setMeaning}
          />
          <ErrorLine error={error} />
          {meaning !== column.meaning && <EffectOf table={table} column={column.name} meaning={meaning} />}
        </>
      )}
      <h3>{t("samples")}</h3>
      <Samples table={table} column={column.name} />
    </Drawer>
  );
}

function Samples({ table, column }: { table: Table; column: string }): ReactNode {
  const { t } = useTranslation("sources");
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["sources", table.source, "samples", table.name, column],
    queryFn: () => loadSamples(table.source, table.name, column),
    retry: false,
  });
  if (isPending) return <Loading lines={4} />;
  if (isApiError(error, 409)) return <Busy onRetry={() => void refetch()} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <p className="soft">{t("samples.none")}</p>;
  return (
    <table className="table" aria-label={t("samples")}>
      <thead>
        <tr>
          <th scope="col">{t("value")}</th>
          <th scope="col" className="cell-num">
            {t("rows")}
          </th>
        </tr>
      </thead>
      <tbody>
        {keyed(data.items).map(
          ({
            key,
            item: {
              value: { value, hidden_by: by },
              rows,
            },
          }) => (
            <tr key={key}>
              <td>
                <Shown value={value === null ? null : <Text>{String(value)}</Text>} hiddenBy={by} />
              </td>
              <td className="cell-num">
                <Num value={rows} />
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

/** A build holds the warehouse: say so, and offer to look again. */
export function Busy({ onRetry }: { onRetry: () => void }): ReactNode {
  const { t } = useTranslation("sources");
  return (
    <Alert
      type="info"
      showIcon
      title={t("busy")}
      description={t("busy.what")}
      action={<Button onClick={onRetry}>{t("busy.again")}</Button>}
    />
  );
}
