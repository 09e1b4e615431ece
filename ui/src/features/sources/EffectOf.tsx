/** What another meaning would do to a column, on a sample: how much is recognised, and examples before and after. */
import { useQuery } from "@tanstack/react-query";
import { Progress } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { type ShownValue, type Side, type Table, tryMeaning } from "@/api/sources";
import { ErrorState } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { ShareOf } from "@/components/Num";
import { Text } from "@/components/Text";
import { keyed } from "./keyed";
import { Busy } from "./MeaningEditor";

export function EffectOf({ table, column, meaning }: { table: Table; column: string; meaning: string }): ReactNode {
  const { t } = useTranslation("sources");
  const { data, isPending, error, refetch } = useQuery({
    queryKey: ["sources", table.source, "effect", table.name, column, meaning],
    queryFn: () => tryMeaning(table.source, table.name, column, meaning),
    retry: false,
  });
  if (isPending) return <Loading lines={3} label={t("effect.busy")} />;
  if (isApiError(error, 409)) return <Busy onRetry={() => void refetch()} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <section className="effect" aria-labelledby="effect-title" aria-live="polite">
      <h3 id="effect-title">{t("effect")}</h3>
      <p className="soft">{t("effect.sample", { count: data.rows })}</p>
      <SideOf side={data.now} rows={data.rows} />
      <SideOf side={data.then} rows={data.rows} />
      {data.examples.length > 0 && (
        <div className="scroll">
          <table className="table" aria-label={t("effect.examples")}>
            <thead>
              <tr>
                <th scope="col">{t("effect.raw")}</th>
                <th scope="col">{t("effect.now")}</th>
                <th scope="col">{t("effect.then")}</th>
              </tr>
            </thead>
            <tbody>
              {keyed(data.examples).map(({ key, item: { raw, now, then } }) => (
                <tr key={key}>
                  <td>
                    <Value shown={raw} />
                  </td>
                  <td>
                    <Value shown={now} />
                  </td>
                  <td>
                    <Value shown={then} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function SideOf({ side, rows }: { side: Side; rows: number }): ReactNode {
  const { t } = useTranslation("sources");
  const share = rows > 0 ? side.recognised / rows : 0;
  return (
    <div className="effect-side">
      <div>
        <strong>{t(`meaning.${side.meaning}`)}</strong>{" "}
        {side.is_kept_as_written ? (
          <span className="soft">{t("effect.kept")}</span>
        ) : (
          <>
            <ShareOf value={share} /> {t("effect.recognised")}
            {side.refused > 0 && <span className="soft"> · {t("effect.refused", { count: side.refused })}</span>}
          </>
        )}
      </div>
      {!side.is_kept_as_written && (
        <Progress
          percent={Math.round(share * 100)}
          showInfo={false}
          status={share < 0.5 ? "exception" : "normal"}
          size="small"
          aria-label={t(`meaning.${side.meaning}`)}
        />
      )}
    </div>
  );
}

function Value({ shown: { value, hidden_by: by } }: { shown: ShownValue }): ReactNode {
  const { t } = useTranslation("sources");
  if (value === null && !by) return <span className="soft">{t("effect.not_recognised")}</span>;
  return <Shown value={value === null ? null : <Text>{String(value)}</Text>} hiddenBy={by} />;
}
