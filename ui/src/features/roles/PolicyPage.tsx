/** Who may add, see, change and remove each kind of thing: written from the roles as they are, to be read and printed. */
import { PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type KindPolicy, type RoleName, usePolicy } from "@/api/roles";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { RoleWord, RuleText, useWords } from "./words";

function Names({ roles, hasScopes }: { roles: RoleName[]; hasScopes: boolean }): ReactNode {
  const { t } = useTranslation("roles");
  if (roles.length === 0) return <span className="soft">{t("policy.nobody")}</span>;
  return (
    <ul className="plain">
      {roles.map((role) => (
        <li key={role.role_id}>
          <RoleWord role={role} />
          {hasScopes && role.scope && (
            <span className="soft">
              {" "}
              {t("policy.where")} <RuleText rule={role.scope} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Kind({ policy }: { policy: KindPolicy }): ReactNode {
  const { t } = useTranslation("roles");
  const words = useWords();
  return (
    <Section
      title={words.kind(policy.kind)}
      id={`policy-${policy.kind}`}
      lead={policy.has_row_scopes && t("policy.scoped")}
    >
      <div className="scroll">
        <table className="table policy" aria-label={words.kind(policy.kind)}>
          <thead>
            <tr>
              <th scope="col">{t("policy.may")}</th>
              <th scope="col">{t("policy.who")}</th>
              <th scope="col">{t("policy.never")}</th>
            </tr>
          </thead>
          <tbody>
            {policy.verbs.map(({ verb, allowed, denied }) => (
              <tr key={verb}>
                <th scope="row">{words.verb(verb)}</th>
                <td>
                  <Names roles={allowed} hasScopes={policy.has_row_scopes} />
                </td>
                <td>{denied.length > 0 ? <Names roles={denied} hasScopes={false} /> : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

export function PolicyPage(): ReactNode {
  const { t } = useTranslation("roles");
  const { data, error, refetch } = usePolicy();
  return (
    <Page
      title={t("policy.title")}
      lead={t("policy.lead")}
      actions={
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t("policy.print")}
        </Button>
      }
    >
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Loading lines={10} />}
      {data?.map((policy) => (
        <Kind key={policy.kind} policy={policy} />
      ))}
    </Page>
  );
}
