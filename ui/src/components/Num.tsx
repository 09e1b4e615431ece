import type { ReactNode } from "react";
import { formatNumber, formatShare } from "@/app/language";
import { usePreferences } from "@/app/preferences";

interface Props extends Intl.NumberFormatOptions {
  value: number;
}

/** A number in the digits that the person chose. */
export function Num({ value, ...options }: Props): ReactNode {
  return <bdi className="num">{formatNumber(value, options, usePreferences())}</bdi>;
}

/** A share between 0 and 1 as per cent. */
export function ShareOf({ value }: { value: number }): ReactNode {
  return <bdi className="num">{formatShare(value, usePreferences())}</bdi>;
}

/** An amount of money; whole units where it has no cents. */
export function Money({ amount, currency }: { amount: number; currency: string }): ReactNode {
  const maximumFractionDigits = Number.isInteger(amount) ? 0 : 2;
  const words = formatNumber(amount, { style: "currency", currency, maximumFractionDigits }, usePreferences());
  return <bdi className="num">{words}</bdi>;
}
