/** One's own account: coming in, password, second factor, sessions, keys. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import type { Schemas } from "./schemas";

export type SignInOptions = Schemas["SignInOptions"];
export type Arrival = Schemas["Arrival"];
export type LinkFacts = Schemas["LinkFacts"];

export interface OwnAccount {
  actor_id: string;
  name: string;
  email: string | null;
  has_password: boolean;
  has_second_factor: boolean;
  recovery_codes_left: number;
  sign_on_provider: string | null;
}

export type SecondFactorOffer = Schemas["SecondFactorOffer"];
export type Session = Schemas["SessionOut"];
export type ApiKey = Schemas["KeyOut"];

export interface NewKey {
  name: string;
  permissions: [verb: string, kind: string][] | null;
  expires_at: string | null;
}

const SESSIONS = ["sessions"] as const;
const KEYS = ["keys"] as const;
const ACCOUNT = ["me", "account"] as const;

export function useSignInOptions() {
  return useQuery({ queryKey: ["sign-in"], queryFn: () => api.get<SignInOptions>("/sign-in/options") });
}

export function useLink(token: string) {
  return useQuery({
    queryKey: ["link", token],
    queryFn: () => api.post<LinkFacts>("/links/look-up", { token }),
    retry: false,
    staleTime: Infinity,
  });
}

export const signIn = (email: string, password: string) => api.post<Arrival>("/sign-in", { email, password });
export const confirmSignIn = (code: string) => api.post<Arrival>("/sign-in/second-factor", { code });
export const setUp = (body: { token: string; email: string; display_name: string; password: string }) =>
  api.post<Arrival>("/setup", body);
export const acceptInvitation = (body: { token: string; display_name: string; password: string }) =>
  api.post<Arrival>("/invitations/accept", body);
export const forgotPassword = (email: string) => api.post<null>("/password/forgot", { email });
export const resetPassword = (token: string, password: string) => api.post("/password/reset", { token, password });

export function useAccount() {
  return useQuery({ queryKey: ACCOUNT, queryFn: () => api.get<OwnAccount>("/me") });
}

export function useForgetAccount(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["me"] });
}

export const changePassword = (current: string, next: string) => api.post("/me/password", { current, new: next });
export const beginSecondFactor = () => api.post<SecondFactorOffer>("/me/second-factor");
export const finishSecondFactor = (enrolment: string, code: string) =>
  api.post<{ codes: string[] }>("/me/second-factor/confirm", { enrolment, code });
export const removeSecondFactor = (password: string) => api.post("/me/second-factor/remove", { password });
export const renewRecoveryCodes = (password: string) =>
  api.post<{ codes: string[] }>("/me/second-factor/recovery-codes", { password });

export function useSessions() {
  return useQuery({ queryKey: SESSIONS, queryFn: () => api.get<{ items: Session[] }>("/sessions") });
}

export function useForgetSessions(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: SESSIONS });
}

export const endSession = (id: string) => api.delete(`/sessions/${encodeURIComponent(id)}`);
export const endOtherSessions = () => api.delete<{ ended: number }>("/sessions");

export function useKeys(isEverybody: boolean) {
  return useQuery({
    queryKey: [...KEYS, isEverybody],
    queryFn: () => api.get<{ items: ApiKey[] }>("/keys", { query: { everybody: isEverybody || null } }),
  });
}

export function useForgetKeys(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: KEYS });
}

export const createKey = (key: NewKey, idempotencyKey: string) =>
  api.post<ApiKey & { secret: string | null }>("/keys", key, { idempotencyKey });
export const revokeKey = (id: string) => api.delete(`/keys/${encodeURIComponent(id)}`);
