/**
 * The customer page: who it is, what to know before saying hello, and everything behind it. And `/contradictions`, the
 * list of what systems disagree about across customers.
 */
import { Tabs } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useParams } from "react-router";
import { isApiError } from "@/api/client";
import { type Card, useCard, useCustomerChanges, useVisit } from "@/api/customer";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { CarePanel, hasCare } from "./care";
import { ContradictionsPage } from "./ContradictionsPage";
import { Essentials } from "./Essentials";
import { Header } from "./Header";
import { Identity } from "./Identity";
import { OrganisationPeople } from "./OrganisationPeople";
import { MayPickContext } from "./PickDialog";
import { Profile } from "./Profile";
import { ProvenanceProvider } from "./Provenance";
import { Records } from "./Records";
import { Timeline } from "./Timeline";
import { Told } from "./Told";
import "./customer.css";

export default function CustomerRoute(): ReactNode {
  const { id = "" } = useParams();
  const { pathname } = useLocation();
  return pathname === "/contradictions" ? <ContradictionsPage /> : <CustomerPage key={id} id={id} />;
}

function CustomerPage({ id }: { id: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { data: card, isPending, error, refetch } = useCard(id);
  if (isPending) return <Loading lines={10} />;
  if (isApiError(error, 404)) return <EmptyState title={t("not_found")}>{t("not_found.why")}</EmptyState>;
  if (!card) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <Found card={card} />;
}

function Found({ card }: { card: Card }): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const id = card.customer_id;
  const lastVisit = useVisit(id);
  useCustomerChanges(id);
  useEffect(() => {
    document.title = `${card.display_name ?? t("header.nameless")} · Onefold`;
  }, [card.display_name, t]);
  return (
    <MayPickContext value={may("update", "customer")}>
      <ProvenanceProvider card={card}>
        <div className="page cu-page">
          <Header card={card} />
          <div className="cu-columns">
            <aside className="cu-side" aria-label={t("side")}>
              <Essentials card={card} />
              <Told id={id} />
            </aside>
            <div className="cu-main">
              <Parts card={card} lastVisit={lastVisit} />
            </div>
          </div>
        </div>
      </ProvenanceProvider>
    </MayPickContext>
  );
}

function Parts({ card, lastVisit }: { card: Card; lastVisit: string | null | undefined }): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const navigate = useNavigate();
  const { id: asked = "", "*": rest = "" } = useParams();
  const id = card.customer_id;
  const care = [
    {
      key: "notes",
      label: t("tab.notes"),
      is: may("read", "note"),
      children: <CarePanel name="CustomerNotes" customerId={id} />,
    },
    {
      key: "tasks",
      label: t("tab.tasks"),
      is: may("read", "task"),
      children: <CarePanel name="CustomerTasks" customerId={id} />,
    },
    {
      key: "files",
      label: t("tab.files"),
      is: may("read", "file"),
      children: <CarePanel name="CustomerFiles" customerId={id} />,
    },
  ];
  const tabs = [
    { key: "timeline", label: t("tab.timeline"), is: true, children: <Timeline card={card} lastVisit={lastVisit} /> },
    { key: "profile", label: t("tab.profile"), is: true, children: <Profile card={card} /> },
    {
      key: "people",
      label: t("tab.people"),
      is: card.kind === "organisation",
      children: <OrganisationPeople id={id} />,
    },
    { key: "records", label: t("tab.records"), is: true, children: <Records card={card} /> },
    { key: "identity", label: t("tab.identity"), is: may("read", "identity"), children: <Identity card={card} /> },
    ...(hasCare ? care : []),
  ].filter((tab) => tab.is);
  const chosen = tabs.find(({ key }) => key === rest.split("/")[0])?.key ?? "timeline";
  return (
    <Tabs
      activeKey={chosen}
      destroyOnHidden
      onChange={(key) => void navigate(`/customers/${encodeURIComponent(asked)}/${key}`, { replace: true })}
      items={tabs.map(({ key, label, children }) => ({ key, label, children }))}
    />
  );
}
