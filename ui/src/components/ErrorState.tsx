import { Button } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isApiError } from "@/api/client";
import { Forbidden } from "./Forbidden";

interface Props {
  error?: unknown;
  onRetry?: () => void;
}

const KNOWN = new Set([0, 404, 409, 429]);

/** Something could not be loaded or done: what, why, and what to do next. */
export function ErrorState({ error, onRetry }: Props): ReactNode {
  const { t } = useTranslation("components");
  if (isApiError(error, 403)) return <Forbidden hint={error.hint} />;
  const title = isApiError(error) && KNOWN.has(error.status) ? t(`error.${error.status}`) : t("error.title");
  return (
    <div className="state" role="alert">
      <p className="state-title">{title}</p>
      {isApiError(error) && error.status !== 0 && (
        <div className="state-text">
          <p>
            <bdi dir="auto">{error.message}</bdi>
          </p>
          {error.hint && (
            <p>
              <bdi dir="auto">{error.hint}</bdi>
            </p>
          )}
          <p className="soft">
            {t("error.code")} <code>{error.code}</code>
          </p>
        </div>
      )}
      {isApiError(error, 0) && <p className="state-text">{t("error.waits")}</p>}
      <div className="state-action">
        <Button onClick={onRetry ?? (() => window.location.reload())}>{t("retry")}</Button>
      </div>
    </div>
  );
}

/** The same on one line, inside of a form or a card. */
export function ErrorLine({ error }: { error: unknown }): ReactNode {
  const { t } = useTranslation("components");
  if (!error) return null;
  const message =
    isApiError(error) && error.status !== 0 ? error.message : t(isApiError(error) ? "error.0" : "error.title");
  return (
    <p className="error-line" role="alert">
      <bdi dir="auto">{message}</bdi> {isApiError(error) && error.hint && <bdi dir="auto">{error.hint}</bdi>}
    </p>
  );
}
