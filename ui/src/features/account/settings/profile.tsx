/** Settings → Your account: password and second factor. */
import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword, type OwnAccount, useAccount } from "@/api/account";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Text } from "@/components/Text";
import { PasswordField } from "../fields";
import { SecondFactorSection } from "../SecondFactorSection";
import { useForm } from "../useForm";
import { useProblem } from "../useProblem";
import "../account.css";

function PasswordSection({ account }: { account: OwnAccount }): ReactNode {
  const { t } = useTranslation("account");
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [isDone, setIsDone] = useState(false);
  const say = useProblem();
  const form = useForm(async () => {
    setIsDone(false);
    await changePassword(current, next);
    setCurrent("");
    setNext("");
    setIsDone(true);
  });
  const problem = say(form.error);
  const isCurrentWrong = problem === t("problem.wrong_password");
  return (
    <Section id="password" title={t("password")} lead={t("password.change_what")}>
      <form onSubmit={form.onSubmit} className="account-narrow">
        <input type="hidden" autoComplete="username" value={account.email ?? ""} readOnly />
        <PasswordField
          value={current}
          onChange={setCurrent}
          label={t("password.current")}
          error={isCurrentWrong ? problem : null}
        />
        <PasswordField isNew value={next} onChange={setNext} error={isCurrentWrong ? null : problem} />
        <Button htmlType="submit" type="primary" loading={form.isBusy}>
          {t("password.change")}
        </Button>
        {isDone && <p role="status">{t("password.changed")}</p>}
      </form>
    </Section>
  );
}

export default function Profile(): ReactNode {
  const { t } = useTranslation("account");
  const { data, isPending, error, refetch } = useAccount();
  if (isPending) return <Loading />;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Page
      title={t("account")}
      lead={
        <>
          <Text>{data.name}</Text> · <Text>{data.email}</Text>
        </>
      }
    >
      {data.sign_on_provider && (
        <p>
          {t("account.sign_on")} <Text>{data.sign_on_provider}</Text>
        </p>
      )}
      {data.has_password && <PasswordSection account={data} />}
      <SecondFactorSection account={data} />
    </Page>
  );
}
