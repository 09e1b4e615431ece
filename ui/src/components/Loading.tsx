import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Lines where text will be. Shown after a moment only, so that quick answers do not flicker. */
export function Loading({ lines = 4, label }: { lines?: number; label?: string }): ReactNode {
  const { t } = useTranslation("components", { useSuspense: false });
  return (
    <div className="loading" role="status" aria-live="polite">
      <span className="visually-hidden">{label ?? t("loading")}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="loading-line" style={{ inlineSize: `${92 - ((line * 37) % 45)}%` }} />
      ))}
    </div>
  );
}
