/** Settings → Your sessions: where one is signed in, and ending that. */
import { Button, Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { endOtherSessions, endSession, type Session, useForgetSessions, useSessions } from "@/api/account";
import { ConfirmButton } from "@/components/ConfirmButton";
import { type Column, DataTable } from "@/components/DataTable";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";

const BROWSERS = ["Edg", "Firefox", "Chrome", "Safari"];
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"];

/** A browser as a person would name it. */
function browserOf(agent: string | null): string {
  const found = [BROWSERS, SYSTEMS].map((names) => names.find((name) => agent?.includes(name)));
  const words = found.map((name) => (name === "Edg" ? "Edge" : name === "Mac OS X" ? "macOS" : name)).filter(Boolean);
  return words.join(", ") || (agent ?? "?").slice(0, 60);
}

export default function Sessions(): ReactNode {
  const { t } = useTranslation("account");
  const { data, isPending, error, refetch } = useSessions();
  const forget = useForgetSessions();
  const rows = data?.items ?? [];
  const columns: Column<Session>[] = [
    {
      key: "browser",
      title: t("session.browser"),
      isPrimary: true,
      render: (one) => (
        <span title={one.user_agent ?? ""}>
          <Text>{browserOf(one.user_agent)}</Text> {one.is_this && <Tag>{t("session.this")}</Tag>}
        </span>
      ),
    },
    { key: "address", title: t("session.address"), render: ({ address }) => <Text>{address ?? "–"}</Text> },
    { key: "seen", title: t("session.seen"), render: (one) => <Moment value={one.last_seen_at} as="relative" /> },
    { key: "since", title: t("session.since"), render: (one) => <Moment value={one.created_at} /> },
    {
      key: "until",
      title: t("session.until"),
      render: (one) => <Moment value={one.expires_at} />,
      isHiddenOnPhone: true,
    },
  ];
  const end = async (one: Session): Promise<void> => {
    await endSession(one.session_id).catch(() => undefined);
    await forget();
  };
  const endButton = (one: Session): ReactNode =>
    !one.is_this && (
      <Button size="small" onClick={() => void end(one)}>
        {t("session.end")}
      </Button>
    );
  return (
    <Page
      title={t("sessions")}
      lead={t("sessions.what")}
      actions={
        rows.length > 1 && (
          <ConfirmButton
            danger
            question={t("sessions.end_others_question")}
            onConfirm={async () => {
              await endOtherSessions();
              await forget();
            }}
          >
            {t("sessions.end_others")}
          </ConfirmButton>
        )
      }
    >
      <DataTable
        label={t("sessions")}
        columns={columns}
        rows={rows}
        rowKey={(one) => one.session_id}
        isLoading={isPending}
        error={error}
        onRetry={() => void refetch()}
        actions={endButton}
      />
    </Page>
  );
}
