import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useLocation, useSearchParams } from "react-router";
import { confirmSignIn, forgotPassword, signIn, useSignInOptions } from "@/api/account";
import { useSession } from "@/app/session";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { CodeField, EmailField, PasswordField } from "./fields";
import { safePath, useArrival } from "./useArrival";
import { useForm } from "./useForm";
import { useProblem } from "./useProblem";

const TOLD = new Set(["not_allowed", "not_signed_in", "source_failed"]);

function Told({ problem, done }: { problem: string | null; done: string | null }): ReactNode {
  const { t } = useTranslation("account");
  if (done === "reset") return <p role="status">{t("reset.done")}</p>;
  if (!problem) return null;
  return (
    <p className="error-line" role="alert">
      {t(TOLD.has(problem) ? `problem.${problem}` : "problem.other")}
    </p>
  );
}

export function SignIn(): ReactNode {
  const { t } = useTranslation("account");
  const { me } = useSession();
  const { search } = useLocation();
  const [query] = useSearchParams();
  const options = useSignInOptions();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const arrive = useArrival();
  const say = useProblem();
  const form = useForm(async () => arrive(await signIn(email, password)));
  const next = safePath(query.get("next"));
  if (me) return <Navigate to={next} replace />;
  if (options.isPending) return <Loading />;
  if (options.error) return <ErrorState error={options.error} onRetry={() => void options.refetch()} />;
  const { company, providers, is_set_up: isSetUp } = options.data;
  if (!isSetUp) {
    return (
      <Page title={t("set_up.title")}>
        <p>{t("set_up.where")}</p>
        <pre>
          <code>onefold serve</code>
        </pre>
      </Page>
    );
  }
  return (
    <Page title={t("sign_in")} lead={<Text>{company}</Text>}>
      <Told problem={query.get("problem")} done={query.get("done")} />
      {providers.length > 0 && (
        <>
          <div className="account-buttons">
            {providers.map(({ name, label }) => (
              <Button
                key={name}
                block
                size="large"
                href={`/api/v1/sign-on/${encodeURIComponent(name)}/start?next=${encodeURIComponent(next)}`}
              >
                <span>
                  {t("sign_on")} <Text>{label}</Text>
                </span>
              </Button>
            ))}
          </div>
          <div className="account-or">{t("or")}</div>
        </>
      )}
      <form onSubmit={form.onSubmit}>
        <EmailField value={email} onChange={setEmail} />
        <PasswordField value={password} onChange={setPassword} error={say(form.error)} />
        <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
          {t("sign_in")}
        </Button>
      </form>
      <p className="account-below">
        <Link to={`/sign-in/forgot${search}`}>{t("forgot")}</Link>
      </p>
    </Page>
  );
}

export function SecondFactor(): ReactNode {
  const { t } = useTranslation("account");
  const { me } = useSession();
  const { search } = useLocation();
  const [query] = useSearchParams();
  const [code, setCode] = useState("");
  const arrive = useArrival();
  const say = useProblem();
  const form = useForm(async () => arrive(await confirmSignIn(code)));
  if (me) return <Navigate to={safePath(query.get("next"))} replace />;
  return (
    <Page title={t("second_factor")} lead={t("second_factor.what")}>
      <form onSubmit={form.onSubmit}>
        <CodeField value={code} onChange={setCode} hint={t("second_factor.recovery")} error={say(form.error)} />
        <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
          {t("sign_in")}
        </Button>
      </form>
      <p className="account-below">
        <Link to={`/sign-in${search}`}>{t("back")}</Link>
      </p>
    </Page>
  );
}

export function Forgot(): ReactNode {
  const { t } = useTranslation("account");
  const { search } = useLocation();
  const options = useSignInOptions();
  const [email, setEmail] = useState("");
  const [isSent, setIsSent] = useState(false);
  const say = useProblem();
  const form = useForm(async () => {
    await forgotPassword(email);
    setIsSent(true);
  });
  if (options.isPending) return <Loading />;
  const body = !options.data?.has_mail ? (
    <p>{t("forgot.ask")}</p>
  ) : isSent ? (
    <p role="status">{t("forgot.sent")}</p>
  ) : (
    <form onSubmit={form.onSubmit}>
      <p>{t("forgot.what")}</p>
      <EmailField value={email} onChange={setEmail} error={say(form.error)} />
      <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
        {t("forgot.send")}
      </Button>
    </form>
  );
  return (
    <Page title={t("forgot")}>
      {body}
      <p className="account-below">
        <Link to={`/sign-in${search}`}>{t("back")}</Link>
      </p>
    </Page>
  );
}
