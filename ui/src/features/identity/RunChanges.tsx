/** The changes of one run, each with why, and a way to take it back. */
import { Button, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Run, type RunChange, useRunChanges } from "@/api/previews";
import { useSession } from "@/app/session";
import { ErrorState } from "@/components/ErrorState";
import { Hidden } from "@/components/Hidden";
import { Loading } from "@/components/Loading";
import { Customer } from "./PreviewChanges";
import { Reasons } from "./Reasons";
import { UndoDialog } from "./UndoDialog";

export function RunChanges({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation("identity");
  const { data, isPending, error, refetch } = useRunChanges(run.run_id);
  if (isPending) return <Loading lines={4} />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (data.items.length === 0) return <p className="soft">{t("runs.hidden")}</p>;
  return (
    <ol className="id-changes id-inner">
      {data.items.map((change) => (
        <Change key={change.change_id} change={change} />
      ))}
    </ol>
  );
}

function Change({ change }: { change: RunChange }): ReactNode {
  const { t } = useTranslation("identity");
  const { may } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  const [isUndoing, setIsUndoing] = useState(false);
  return (
    <li>
      <div className="id-change">
        <Tag>{t(`kind.${change.kind}`)}</Tag>
        <span className="id-change-words">
          <Customer id={change.customer_id} name={null} />
          {change.kind !== "retired" && (
            <>
              {" "}
              <span className="soft">{t(`way.${change.kind}`)}</span>{" "}
              <Customer id={change.other_customer_id} name={null} />
            </>
          )}{" "}
          <span className="soft">· {t("changes.records", { count: change.records })}</span>
          {change.undone_run !== null && <Tag className="id-anyway">{t("undo.undone")}</Tag>}
        </span>
        {change.hidden_by && <Hidden policy={change.hidden_by} />}
        <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {t(isOpen ? "changes.close" : "changes.why")}
        </Button>
        {change.can_be_undone && !change.hidden_by && may("update", "identity") && (
          <Button size="small" onClick={() => setIsUndoing(true)}>
            {t("undo.one")}
          </Button>
        )}
      </div>
      {isOpen && (
        <div className="id-why">
          <Reasons why={change.why} />
        </div>
      )}
      {isUndoing && (
        <UndoDialog undoing={{ what: "changes", id: change.change_id }} onClose={() => setIsUndoing(false)} />
      )}
    </li>
  );
}
