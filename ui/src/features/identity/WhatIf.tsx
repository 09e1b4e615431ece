/** Other settings of identity, and what they would do before anybody makes them. */
import type { TFunction } from "i18next";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { askWhatIf, type Preview, usePreview, usePreviews, useRefreshIdentity, useTuning } from "@/api/previews";
import { useSession } from "@/app/session";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Moment } from "@/components/Moment";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { ApplySettings } from "./ApplySettings";
import { PreviewResult } from "./PreviewResult";
import { draftOf, type TuningDraft } from "./tuning";
import { TuningForm } from "./TuningForm";

export default function WhatIf(): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const refresh = useRefreshIdentity();
  const [query, setQuery] = useSearchParams();
  const id = query.get("id");
  const tuning = useTuning();
  const shown = usePreview("what_if", id);
  const [error, setError] = useState<unknown>(null);
  if (tuning.isPending || (id && shown.isPending)) return <Loading lines={8} />;
  if (tuning.error) return <ErrorState error={tuning.error} onRetry={() => void tuning.refetch()} />;

  const ask = async (draft: TuningDraft): Promise<void> => {
    setError(null);
    try {
      const { preview_id } = await askWhatIf(draft);
      setQuery({ id: preview_id });
      refresh();
    } catch (failure) {
      setError(failure);
    }
  };
  const settings = shown.data?.settings ?? tuning.data.settings;
  return (
    <>
      <Section title={t("tune.title")} lead={t("tune.lead")} id="id-tune">
        <TuningForm
          key={id ?? "now"}
          tuning={tuning.data}
          initial={draftOf(settings)}
          onAsk={may("run", "identity") ? ask : undefined}
        />
        <ErrorLine error={error} />
      </Section>
      {shown.error && <ErrorState error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.data && (
        <PreviewResult preview={shown.data}>
          <ApplySettings preview={shown.data} />
        </PreviewResult>
      )}
      <Earlier shown={id} />
    </>
  );
}

function Earlier({ shown }: { shown: string | null }): ReactNode {
  const { t } = useTranslation("identity");
  const { data } = usePreviews("what_if");
  const others = (data?.items ?? []).filter(({ preview_id }) => preview_id !== shown);
  if (others.length === 0) return null;
  return (
    <Section title={t("whatif.earlier")} id="id-earlier">
      <ul className="id-list">
        {others.map((one) => (
          <li key={one.preview_id}>
            <Link to={`/identity/what-if?id=${one.preview_id}`}>
              <Moment value={one.asked_at} as="moment" />
            </Link>{" "}
            · <Text>{one.asked_by}</Text> · <span className="soft">{summaryOf(t, one)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function summaryOf(t: TFunction<"identity">, preview: Preview): string {
  const counts = preview.outcome?.counts;
  if (!counts) return t(`state.${preview.state}`);
  return `${t("figure.merged")} ${counts.merged ?? 0} · ${t("figure.split")} ${counts.split ?? 0}`;
}
