/** Pages that a one-time link opens: first owner, invitation, new password. */
import { Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";
import { acceptInvitation, type LinkFacts, resetPassword, setUp, useLink } from "@/api/account";
import { isApiError } from "@/api/client";
import { useSession } from "@/app/session";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Text } from "@/components/Text";
import { EmailField, NameField, PasswordField } from "./fields";
import { useArrival } from "./useArrival";
import { useForm } from "./useForm";
import { useProblem } from "./useProblem";

/** The token is in the fragment, which no server is sent; it leaves the address at once. */
function useToken(): string {
  const { hash, pathname } = useLocation();
  const said = new URLSearchParams(hash.slice(1)).get("token");
  const [token, setToken] = useState(said ?? "");
  if (said && said !== token) setToken(said);
  useEffect(() => {
    if (hash) window.history.replaceState(window.history.state, "", pathname);
  }, [hash, pathname]);
  return token;
}

interface FormProps {
  token: string;
  facts: LinkFacts;
}

function ByLink({ purpose, form: Form }: { purpose: LinkFacts["purpose"]; form: (props: FormProps) => ReactNode }) {
  const { t } = useTranslation("account");
  const token = useToken();
  const link = useLink(token);
  if (link.isPending) return <Loading />;
  const isVoid = isApiError(link.error, 404) || isApiError(link.error, 422) || link.data?.purpose !== purpose;
  if (link.error && !isVoid) return <ErrorState error={link.error} onRetry={() => void link.refetch()} />;
  if (!link.data || isVoid) {
    return (
      <Page title={t("link.void")}>
        <EmptyState title={t("link.void")} action={<Link to="/sign-in">{t("back")}</Link>}>
          {t("link.void_what")}
        </EmptyState>
      </Page>
    );
  }
  return <Form token={token} facts={link.data} />;
}

function SetUpForm({ token, facts }: FormProps): ReactNode {
  const { t } = useTranslation("account");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const arrive = useArrival();
  const say = useProblem();
  const form = useForm(async () => arrive(await setUp({ token, email, display_name: name, password })));
  return (
    <Page title={t("set_up")} lead={<Text>{facts.company}</Text>}>
      <p>{t("set_up.what")}</p>
      <form onSubmit={form.onSubmit}>
        <NameField value={name} onChange={setName} />
        <EmailField value={email} onChange={setEmail} />
        <PasswordField isNew value={password} onChange={setPassword} error={say(form.error)} />
        <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
          {t("set_up.do")}
        </Button>
      </form>
    </Page>
  );
}

function InvitationForm({ token, facts }: FormProps): ReactNode {
  const { t } = useTranslation("account");
  const { refresh } = useSession();
  const [name, setName] = useState(facts.display_name ?? "");
  const [password, setPassword] = useState("");
  const arrive = useArrival();
  const say = useProblem();
  const form = useForm(async () => {
    const arrival = await acceptInvitation({ token, display_name: name, password });
    await refresh();
    await arrive(arrival);
  });
  return (
    <Page title={t("invitation")} lead={<Text>{facts.company}</Text>}>
      <p>
        {t("invitation.what")} <Text>{facts.email}</Text>
      </p>
      <form onSubmit={form.onSubmit}>
        <input type="hidden" autoComplete="username" value={facts.email ?? ""} readOnly />
        <NameField value={name} onChange={setName} />
        <PasswordField isNew value={password} onChange={setPassword} error={say(form.error)} />
        <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
          {t("invitation.do")}
        </Button>
      </form>
    </Page>
  );
}

function ResetForm({ token, facts }: FormProps): ReactNode {
  const { t } = useTranslation("account");
  const { leave } = useSession();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const say = useProblem();
  const form = useForm(async () => {
    await resetPassword(token, password);
    await leave();
    await navigate("/sign-in?done=reset", { replace: true });
  });
  return (
    <Page title={t("reset")} lead={<Text>{facts.email}</Text>}>
      <p>{t("reset.what")}</p>
      <form onSubmit={form.onSubmit}>
        <input type="hidden" autoComplete="username" value={facts.email ?? ""} readOnly />
        <PasswordField isNew value={password} onChange={setPassword} error={say(form.error)} />
        <Button type="primary" htmlType="submit" size="large" block loading={form.isBusy}>
          {t("reset.do")}
        </Button>
      </form>
    </Page>
  );
}

export const SetUp = (): ReactNode => <ByLink purpose="set_up" form={SetUpForm} />;
export const Invitation = (): ReactNode => <ByLink purpose="invitation" form={InvitationForm} />;
export const ResetPassword = (): ReactNode => <ByLink purpose="reset" form={ResetForm} />;
