/** The people who sign in. */
import { useQueryClient } from "@tanstack/react-query";
import { api, type Versioned } from "./client";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";

export type Attributes = Record<string, string | string[]>;

export type User = Schemas["UserOut"];
export type Link = Schemas["LinkOut"];

export interface Invitation {
  email: string;
  display_name: string;
  roles: string[];
  attributes: Attributes;
}

const USERS = ["users"] as const;

export const userPath = (id: string): string => `/users/${encodeURIComponent(id)}`;

export function useUsers(q: string): PagedRows<User> {
  return usePaged<User>(USERS, "/users", { q });
}

export function useForgetUsers(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: USERS });
}

export const userKey = (id: string) => [...USERS, id] as const;
export const loadUser = (id: string): Promise<Versioned<User>> => api.getVersioned<User>(userPath(id));
export const saveUser = (user: User, ifMatch: string | null): Promise<Versioned<User>> =>
  api.patchVersioned<User>(
    userPath(user.user_id),
    { email: user.email, display_name: user.display_name, roles: user.roles, attributes: user.attributes },
    { ifMatch },
  );
export const setState = (user: User, state: "active" | "disabled", tasksTo: string | null = null) =>
  api.patch<User>(userPath(user.user_id), { state, tasks_to: tasksTo }, { ifMatch: `"${user.version}"` });
export const invite = (invitation: Invitation, idempotencyKey: string) =>
  api.post<Link>("/invitations", invitation, { idempotencyKey });
export const makeLink = (id: string) => api.post<Link>(`${userPath(id)}/link`);
export const endSessionsOf = (id: string) => api.delete<{ ended: number }>(`${userPath(id)}/sessions`);
export const removeSecondFactorOf = (id: string) => api.delete<User>(`${userPath(id)}/second-factor`);
export const withdraw = (user: User) => api.delete(userPath(user.user_id), { ifMatch: `"${user.version}"` });
