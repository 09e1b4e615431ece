/**
 * The policy that masks a value, in the reader's language. The API says it in one grammar (docs/concepts/access.md):
 * `<what> <mask> for <role>`, `<what> denied by <role>`, or one of three sentences; what it covers is a kind of personal
 * data, `everything`, or an attribute by its name.
 */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

const MASKED = /^(.+) (last_four|masked|hashed|hidden) for (.+)$/su;
const DENIED = /^(.+) denied by (.+)$/su;
const SENTENCES: Readonly<Record<string, string>> = {
  "no role": "policy.no_role",
  "no role that reads customers": "policy.no_reader",
  "masked for some customers": "policy.some",
};

function whatWords(t: TFunction, what: string): string {
  if (what === "everything") return t("policy.everything");
  return t(`class.${what.replaceAll(" ", "_")}`, { defaultValue: `\u2068${what}\u2069` });
}

function roleWord(t: TFunction, role: string): string {
  return t(`role.${role.toLowerCase()}`, { defaultValue: `\u2068${role}\u2069` });
}

export function policyWords(t: TFunction, policy: string): string {
  const sentence = SENTENCES[policy];
  if (sentence) return t(sentence);
  const [, what = "", mask = "", role = ""] = MASKED.exec(policy) ?? [];
  if (mask) {
    return t("policy.masked", { what: whatWords(t, what), mask: t(`mask.${mask}`), role: roleWord(t, role) });
  }
  const [, denied = "", denier = ""] = DENIED.exec(policy) ?? [];
  return denier ? t("policy.denied", { what: whatWords(t, denied), role: roleWord(t, denier) }) : policy;
}

export function usePolicyWords(): (policy: string) => string {
  const { t } = useTranslation("components");
  return (policy) => policyWords(t, policy);
}
