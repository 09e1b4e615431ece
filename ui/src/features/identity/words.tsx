/** What a question is about, in words. */
import type { TFunction } from "i18next";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ItemKind, Pattern, ReviewItem } from "@/api/review";
import { FieldName } from "@/features/customer/panels";
import { CustomerName } from "./SideBySide";

const GROUPS = ["same", "shared", "similar", "different", "hidden"] as const;

/** "the same: first name, family name; different: e-mail". */
export function PatternWords({ parts }: { parts: Pattern["parts"] }): ReactNode {
  const { t } = useTranslation("identity");
  const groups = GROUPS.map((group) => ({
    group,
    names: parts.filter(({ agreement }) => (agreement ?? "hidden") === group).map(({ field }) => field),
  })).filter(({ names }) => names.length > 0);
  if (groups.length === 0) return t("pattern.none");
  return (
    <span className="id-pattern">
      {groups.map(({ group, names }) => (
        <span key={group} data-group={group}>
          {t(`pattern.${group}`)}{" "}
          {names.map((name, index) => (
            <Fragment key={name}>
              {index > 0 && t("list.comma")}
              <b>
                <FieldName name={name} />
              </b>
            </Fragment>
          ))}
        </span>
      ))}
    </span>
  );
}

export function questionOf(t: TFunction, kind: ItemKind): string {
  return t(`ask.${kind}`);
}

/** Whom it is about: two customers that may be one, or one that may be two. */
export function Whom({ item }: { item: Pick<ReviewItem, "customers"> }): ReactNode {
  return (
    <span className="id-whom">
      {item.customers.map((customer, index) => (
        <Fragment key={customer.customer_id}>
          {index > 0 && <span aria-hidden="true"> · </span>}
          <CustomerName customer={customer} />
        </Fragment>
      ))}
    </span>
  );
}
