/** What would become of the customers: figures, what is expected, who would feel it, and the list. */
import { Alert } from "antd";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type Expected, type Felt, isOpen, type Preview, type Range, useFelt } from "@/api/previews";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Num, ShareOf } from "@/components/Num";
import { Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { PreviewChanges } from "./PreviewChanges";

const FIGURES = ["merged", "split", "moved", "restored", "retired"] as const;
const HANGING = ["notes", "tasks", "tags", "files", "picks"] as const;

export function PreviewResult({ preview, children }: { preview: Preview; children?: ReactNode }): ReactNode {
  const { t } = useTranslation("identity");
  if (isOpen(preview)) {
    return (
      <Section title={t("result.title")} id="id-result">
        <Shown />
        <div aria-live="polite">
          <p>
            {t(`state.${preview.state}`)}{" "}
            {preview.progress?.message && (
              <span className="soft">
                <Text>{preview.progress.message}</Text>
              </span>
            )}
          </p>
          <Loading lines={3} />
        </div>
      </Section>
    );
  }
  if (!preview.outcome) {
    return (
      <Section title={t("result.title")} id="id-result">
        {preview.error ? (
          <ErrorState error={new Error(`${preview.error.message} ${preview.error.hint}`)} />
        ) : (
          <p role="alert">{t(`state.${preview.state}`)}</p>
        )}
      </Section>
    );
  }
  return (
    <>
      <Section title={t("result.title")} lead={t("result.lead")} id="id-result" actions={children}>
        <Figures preview={preview} />
        {preview.outcome.expected && <ExpectedEffect expected={preview.outcome.expected} />}
      </Section>
      <FeltBy preview={preview} />
      <Section title={t("changes.title")} lead={t("changes.lead")} id="id-preview-changes">
        <PreviewChanges preview={preview} />
      </Section>
    </>
  );
}

/** Brings what was asked for into view, below a long form. */
function Shown(): ReactNode {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    place.current?.parentElement?.scrollIntoView({ block: "center" }); // gives a promise in newer browsers
  }, []);
  return <span ref={place} />;
}

function Figures({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation("identity");
  const { outcome } = preview;
  if (!outcome) return null;
  const { blast, anyway = {}, counts } = outcome;
  const pending = Object.values(anyway).some((count) => count > 0);
  return (
    <>
      <dl className="id-figures">
        {FIGURES.filter((name, place) => place < 3 || (counts[name] ?? 0) > 0).map((name) => (
          <div key={name}>
            <dt>{t(`figure.${name}`)}</dt>
            <dd>
              <Num value={counts[name] ?? 0} />
            </dd>
          </div>
        ))}
        {outcome.customers_after != null && (
          <div>
            <dt>{t("figure.customers")}</dt>
            <dd>
              <Num value={blast.customers} />{" "}
              <span className="id-then">
                <Arrow /> <Num value={outcome.customers_after} />
              </span>
            </dd>
          </div>
        )}
        <div>
          <dt>{t("figure.share")}</dt>
          <dd>
            <ShareOf value={blast.share} />{" "}
            <small className="soft">
              {t("figure.limit")} <ShareOf value={blast.limit} />
            </small>
          </dd>
        </div>
      </dl>
      {blast.is_too_large && <Alert type="warning" showIcon message={t("result.too_large")} />}
      {pending && (
        <p className="soft">
          {t("result.anyway", {
            merged: anyway.merged ?? 0,
            split: (anyway.split ?? 0) + (anyway.restored ?? 0),
            moved: anyway.moved ?? 0,
          })}
        </p>
      )}
    </>
  );
}

function ExpectedEffect({ expected }: { expected: Expected }): ReactNode {
  const { t } = useTranslation("identity");
  const rows = [
    ["precision", expected.precision_before, expected.precision_after],
    ["recall", expected.recall_before, expected.recall_after],
  ] as const;
  return (
    <div className="id-expected">
      <h3>{t("expected.title")}</h3>
      <p className="soft">{t(`expected.by_${expected.source}`, { count: expected.labels })}</p>
      <dl className="id-figures">
        {rows.map(([name, before, after]) => (
          <div key={name}>
            <dt>{t(`expected.${name}`)}</dt>
            <dd>
              <Between range={before} />{" "}
              <span className="id-then">
                <Arrow /> <Between range={after} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <ul className="id-list">
        {(["united", "parted"] as const).map((way) => {
          const { pairs, right } = expected[way];
          if (!right) return null;
          return (
            <li key={way}>
              {t(`expected.${way}`, { count: pairs })} <Between range={right} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** From what is to what would be, in the direction of reading. */
function Arrow(): ReactNode {
  return (
    <span className="id-arrow" aria-hidden="true">
      →
    </span>
  );
}

function Between({ range }: { range: Range | null }): ReactNode {
  const { t } = useTranslation("identity");
  if (!range) return <span className="soft">{t("expected.unknown")}</span>;
  const percent = (value: number): ReactNode => <Num value={value} style="percent" maximumFractionDigits={1} />;
  if (range.value != null) {
    return (
      <>
        {percent(range.value)}{" "}
        <small className="soft">
          ({percent(range.low)}–{percent(range.high)})
        </small>
      </>
    );
  }
  if (Math.abs(range.high - range.low) < 0.0005) return percent(range.low);
  return (
    <>
      {percent(range.low)}–{percent(range.high)}
    </>
  );
}

function FeltBy({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation("identity");
  const { data, error } = useFelt(preview.kind, preview.preview_id);
  if (error || !data) return null;
  return (
    <Section title={t("felt.title")} lead={t("felt.lead")} id="id-felt">
      <FeltList felt={data} />
    </Section>
  );
}

function FeltList({ felt }: { felt: Felt }): ReactNode {
  const { t } = useTranslation("identity");
  const hanging = HANGING.filter((name) => felt[name] > 0);
  if (felt.touched.length === 0 && hanging.length === 0) return <p>{t("felt.nothing")}</p>;
  return (
    <ul className="id-list">
      {felt.touched.map((one) => (
        <li key={`${one.kind} ${one.resource_id}`}>
          {t(`felt.${one.kind}`)}{" "}
          <b>
            <Text>{one.name}</Text>
          </b>
          {": "}
          {one.count === null
            ? t("felt.depends")
            : t(one.kind === "webhook" ? "felt.notices" : "felt.customers", { count: one.count })}
        </li>
      ))}
      {hanging.map((name) => (
        <li key={name}>{t(`felt.${name}`, { count: felt[name] })}</li>
      ))}
      {felt.is_cut && <li className="soft">{t("felt.cut")}</li>}
    </ul>
  );
}
