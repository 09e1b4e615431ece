/** Coming in: sign-in with its second factor, and the pages that one-time links open. */
import type { ReactNode } from "react";
import { useLocation } from "react-router";
import { Invitation, ResetPassword, SetUp } from "./ByLink";
import { Forgot, SecondFactor, SignIn } from "./SignIn";
import "./account.css";

const PAGES: Record<string, () => ReactNode> = {
  "/sign-in/second-factor": SecondFactor,
  "/sign-in/forgot": Forgot,
  "/set-up": SetUp,
  "/invitation": Invitation,
  "/reset-password": ResetPassword,
};

export default function Account(): ReactNode {
  const { pathname } = useLocation();
  const Chosen = PAGES[pathname.replace(/\/$/, "")] ?? SignIn;
  return <Chosen />;
}
