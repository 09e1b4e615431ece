import { type ReactNode, useId } from "react";
import { changeLanguage, LANGUAGES } from "./language";
import { LANGUAGE_CODES, type LanguageCode, setPreferences, usePreferences } from "./preferences";

/** The six languages, each in its own words; a native choice, so that it works before anything is loaded. */
export function LanguageChoice({
  label,
  onChoose,
}: {
  label: string;
  onChoose?: (language: LanguageCode) => void;
}): ReactNode {
  const { language } = usePreferences();
  const id = useId();
  const choose = async (chosen: LanguageCode): Promise<void> => {
    await changeLanguage(chosen);
    setPreferences({ language: chosen });
    onChoose?.(chosen);
  };
  return (
    <span className="choice">
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <select id={id} value={language} onChange={(event) => void choose(event.target.value as LanguageCode)}>
        {LANGUAGE_CODES.map((code) => (
          <option key={code} value={code} lang={code}>
            {LANGUAGES[code].name}
          </option>
        ))}
      </select>
    </span>
  );
}
