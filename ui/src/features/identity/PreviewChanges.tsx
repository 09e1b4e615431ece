/** The list of what would be merged, split and moved; each opens to its records and the evidence. */
import { Button, Select, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Preview, type PreviewChange, usePreviewChanges } from "@/api/previews";
import { ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Text } from "@/components/Text";
import { Reasons } from "./Reasons";

const KINDS = ["merged", "split", "moved", "restored", "retired"] as const;

export function PreviewChanges({ preview }: { preview: Preview }): ReactNode {
  const { t } = useTranslation("identity");
  const [only, setOnly] = useState<string | null>(null);
  const list = usePreviewChanges(preview.kind, preview.preview_id, only);
  if (list.isLoading) return <Loading lines={5} />;
  if (list.error) return <ErrorState error={list.error} onRetry={list.onRetry} />;
  const outcome = preview.outcome;
  return (
    <>
      <Select<string>
        aria-label={t("changes.only")}
        value={only ?? ""}
        onChange={(kind) => setOnly(kind || null)}
        options={[
          { value: "", label: t("changes.all") },
          ...KINDS.map((kind) => ({ value: kind, label: t(`figure.${kind}`) })),
        ]}
        className="id-only"
      />
      {list.rows.length === 0 && <p>{t("changes.none")}</p>}
      <ol className="id-changes">
        {list.rows.map((change) => (
          <Change key={change.seq} change={change} />
        ))}
      </ol>
      {list.hasMore && (
        <Button loading={list.isLoadingMore} onClick={list.onMore}>
          {t("changes.more")}
        </Button>
      )}
      {outcome && outcome.listed < outcome.changes && (
        <p className="soft">{t("changes.cut", { count: outcome.listed, all: outcome.changes })}</p>
      )}
    </>
  );
}

function Change({ change }: { change: PreviewChange }): ReactNode {
  const { t } = useTranslation("identity");
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <div className="id-change">
        <Tag>{t(`kind.${change.kind}`)}</Tag>
        <span className="id-change-words">
          <Customer id={change.customer_id} name={change.name} />
          {change.kind !== "retired" && (
            <>
              {" "}
              <span className="soft">{t(`way.${change.kind}`)}</span>{" "}
              {change.is_new ? t("changes.new") : <Customer id={change.other_customer_id} name={change.other_name} />}
            </>
          )}{" "}
          <span className="soft">· {t("changes.records", { count: change.records })}</span>
          {change.is_anyway && <Tag className="id-anyway">{t("changes.anyway")}</Tag>}
        </span>
        {change.hidden_by && <Hidden policy={change.hidden_by} />}
        <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {t(isOpen ? "changes.close" : "changes.why")}
        </Button>
      </div>
      {isOpen && (
        <div className="id-why">
          {change.subject_ids.length > 0 && (
            <p>
              {t("changes.concerned")} <Text>{change.subject_ids.slice(0, 12).join(" · ")}</Text>
              {change.subject_ids.length > 12 && " …"}
            </p>
          )}
          <Reasons why={change.why} />
        </div>
      )}
    </li>
  );
}

export function Customer({ id, name }: { id: string | null; name: string | null }): ReactNode {
  const { t } = useTranslation("identity");
  if (!id) return t("changes.elsewhere");
  return (
    <Link to={`/customers/${id}/identity`}>
      <Text>{name ?? id}</Text>
    </Link>
  );
}
