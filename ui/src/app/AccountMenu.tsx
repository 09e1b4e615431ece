/** Who is signed in; looks, language, own account and sign-out. */
import { DownOutlined } from "@ant-design/icons";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";
import { api } from "@/api/client";
import { Avatar } from "@/components/PersonTag";
import { Text } from "@/components/Text";
import { LanguageChoice } from "./LanguageChoice";
import { type Preferences, setPreferences, usePreferences } from "./preferences";
import { sections } from "./routes";
import { useSession } from "./session";
import { Slot } from "./Slot";

const THEMES: readonly Preferences["theme"][] = ["system", "light", "dark"];

function keep(body: unknown): void {
  void api.patch("/me", body).catch(() => undefined);
}

function useDisclosure() {
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === pathname;
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !frame.current?.contains(event.target)) setOpenAt(null);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpenAt(null);
      frame.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape);
    };
  }, [isOpen]);
  return { isOpen, toggle: () => setOpenAt(isOpen ? null : pathname), frame };
}

export function AccountMenu(): ReactNode {
  const { t } = useTranslation("app");
  const { me, leave } = useSession();
  const { theme } = usePreferences();
  const navigate = useNavigate();
  const { isOpen, toggle, frame } = useDisclosure();
  const panelId = useId();
  if (!me) return null;

  const signOut = async (): Promise<void> => {
    await api.post("/sign-out").catch(() => undefined);
    await leave();
    await navigate("/sign-in");
  };

  return (
    <div className="account" ref={frame}>
      <button type="button" className="account-button" aria-expanded={isOpen} aria-controls={panelId} onClick={toggle}>
        <Avatar name={me.name} />
        <span className="account-name">
          <Text>{me.name}</Text>
        </span>
        <span className="visually-hidden">{t("account")}</span>
        <DownOutlined className="account-arrow" />
      </button>
      <div id={panelId} className="account-panel" hidden={!isOpen}>
        <p className="account-who">
          <strong>
            <Text>{me.name}</Text>
          </strong>
          {me.email && <Text>{me.email}</Text>}
          <span className="soft">{me.roles.map(({ name, title }) => title ?? name).join(", ")}</span>
        </p>
        <Slot name="account" />
        {sections.some(({ section }) => section === "profile") && (
          <Link to="/settings/profile">{t("settings.profile")}</Link>
        )}
        {sections.some(({ section }) => section === "sessions") && (
          <Link to="/settings/sessions">{t("settings.sessions")}</Link>
        )}
        <fieldset className="segments">
          <legend>{t("theme")}</legend>
          {THEMES.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="theme"
                checked={theme === name}
                onChange={() => {
                  setPreferences({ theme: name });
                  keep({ appearance: { theme: name } });
                }}
              />
              <span>{t(`theme.${name}`)}</span>
            </label>
          ))}
        </fieldset>
        <LanguageChoice label={t("language")} onChoose={(language) => keep({ locale: { language } })} />
        <button type="button" className="account-leave" onClick={() => void signOut()}>
          {t("sign_out")}
        </button>
      </div>
    </div>
  );
}
