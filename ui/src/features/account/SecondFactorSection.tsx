import { Button, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  beginSecondFactor,
  finishSecondFactor,
  type OwnAccount,
  removeSecondFactor,
  renewRecoveryCodes,
  type SecondFactorOffer,
  useForgetAccount,
} from "@/api/account";
import { CopyField } from "@/components/CopyField";
import { Section } from "@/components/Page";
import { CodeField, PasswordField } from "./fields";
import { useForm } from "./useForm";
import { useProblem } from "./useProblem";

function Codes({ codes, onDone }: { codes: string[]; onDone: () => void }): ReactNode {
  const { t } = useTranslation("account");
  return (
    <div role="status">
      <p>
        <strong>{t("recovery.keep")}</strong>
      </p>
      <ul className="recovery-codes" dir="ltr">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyField value={codes.join(" ")} label={t("recovery.codes")} />
      <p>
        <Button type="primary" onClick={onDone}>
          {t("recovery.kept")}
        </Button>
      </p>
    </div>
  );
}

function Enrol({
  offer,
  onCodes,
  onCancel,
}: {
  offer: SecondFactorOffer;
  onCodes: (c: string[]) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("account");
  const [code, setCode] = useState("");
  const say = useProblem();
  const form = useForm(async () => onCodes((await finishSecondFactor(offer.enrolment, code)).codes));
  return (
    <form onSubmit={form.onSubmit} className="account-narrow">
      <p>{t("second_factor.scan")}</p>
      <img className="qr" alt={t("second_factor.qr")} src={`data:image/svg+xml,${encodeURIComponent(offer.qr_svg)}`} />
      <p>{t("second_factor.by_hand")}</p>
      <CopyField value={offer.secret} label={t("second_factor.secret")} />
      <p />
      <CodeField value={code} onChange={setCode} hint={t("second_factor.first_code")} error={say(form.error)} />
      <Button htmlType="submit" type="primary" loading={form.isBusy}>
        {t("second_factor.turn_on")}
      </Button>{" "}
      <Button onClick={onCancel}>{t("cancel")}</Button>
    </form>
  );
}

function Reassure({
  does,
  act,
  onCancel,
}: {
  does: string;
  act: (password: string) => Promise<void>;
  onCancel: () => void;
}) {
  const { t } = useTranslation("account");
  const [password, setPassword] = useState("");
  const say = useProblem();
  const form = useForm(() => act(password));
  return (
    <form onSubmit={form.onSubmit} className="account-narrow">
      <PasswordField value={password} onChange={setPassword} label={t("password.current")} error={say(form.error)} />
      <Button htmlType="submit" type="primary" loading={form.isBusy}>
        {does}
      </Button>{" "}
      <Button onClick={onCancel}>{t("cancel")}</Button>
    </form>
  );
}

export function SecondFactorSection({ account }: { account: OwnAccount }): ReactNode {
  const { t } = useTranslation("account");
  const forget = useForgetAccount();
  const [offer, setOffer] = useState<SecondFactorOffer | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [asking, setAsking] = useState<"remove" | "renew" | null>(null);
  const say = useProblem();
  const begin = useForm(async () => setOffer(await beginSecondFactor()));
  const done = async (): Promise<void> => {
    setOffer(null);
    setAsking(null);
    setCodes(null);
    await forget();
  };
  const renew = async (password: string): Promise<void> => {
    setCodes((await renewRecoveryCodes(password)).codes);
    setAsking(null);
  };
  const remove = async (password: string): Promise<void> => {
    await removeSecondFactor(password);
    await done();
  };
  const isOn = account.has_second_factor;
  return (
    <Section
      id="second-factor"
      title={t("second_factor")}
      actions={<Tag>{t(isOn ? "on" : "off")}</Tag>}
      lead={isOn ? t("recovery.left", { count: account.recovery_codes_left }) : t("second_factor.why")}
    >
      {codes ? (
        <Codes codes={codes} onDone={() => void done()} />
      ) : offer ? (
        <Enrol offer={offer} onCodes={setCodes} onCancel={() => setOffer(null)} />
      ) : asking ? (
        <Reassure
          does={t(asking === "remove" ? "second_factor.turn_off" : "recovery.renew")}
          act={asking === "remove" ? remove : renew}
          onCancel={() => setAsking(null)}
        />
      ) : isOn ? (
        <>
          <Button onClick={() => setAsking("renew")}>{t("recovery.renew")}</Button>{" "}
          <Button danger onClick={() => setAsking("remove")}>
            {t("second_factor.turn_off")}
          </Button>
        </>
      ) : (
        <form onSubmit={begin.onSubmit}>
          <Button type="primary" htmlType="submit" loading={begin.isBusy}>
            {t("second_factor.add")}
          </Button>
          {begin.error !== null && <p className="error-line">{say(begin.error)}</p>}
        </form>
      )}
    </Section>
  );
}
