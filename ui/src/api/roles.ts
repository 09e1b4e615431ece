/** Roles, who holds them, and why somebody sees what they see. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Paged, type Versioned } from "./client";

export type Verbs = Record<string, string[]>;

export interface RoleBody {
  name: string;
  description: string;
  permissions: Verbs;
  denials: Verbs;
  scope: string | null;
  deny_scope: string | null;
  masks: Record<string, string>;
}

export interface Role extends RoleBody {
  role_id: string;
  is_shipped: boolean;
  is_editable: boolean;
  holders: number;
  version: number;
  original: RoleBody | null;
}

export interface Vocabulary {
  verbs: string[];
  kinds: Verbs;
  masks: string[];
  classes: Record<string, string[]>;
  scope_attributes: { name: string; type: string; is_fast: boolean }[];
  my_attributes: string[];
}

export interface ShownField {
  name: string;
  mask: string;
  policy: string | null;
  value: unknown;
  is_limited: boolean;
}

export interface Preview {
  visible: number;
  total: number;
  customers: { customer_id: string; fields: ShownField[] }[];
  fields: ShownField[];
}

export interface RoleName {
  role_id: string;
  name: string;
  scope: string | null;
}

export type Reason = "reads_no_customers" | "denied" | "attribute" | "class" | "default" | "open";

export interface FieldExplanation {
  field: string;
  pii_class: string;
  yours: string;
  policy: string | null;
  may_search: boolean;
  roles: { role: RoleName; mask: string; reason: Reason; entry: string | null; is_held: boolean }[];
}

export interface MaskInForce {
  name: string;
  mask: string;
  policy: string | null;
  via: string[];
}

export interface EffectiveAccess {
  user_id: string;
  name: string;
  /** Of the account, for `assignRoles`. */
  version: number | null;
  roles: RoleName[];
  deny_scopes: RoleName[];
  permissions: { verb: string; kind: string; is_allowed: boolean; via: string[]; denied_by: string[] }[];
  classes: MaskInForce[];
  attributes: MaskInForce[];
}

export interface KindPolicy {
  kind: string;
  verbs: { verb: string; allowed: RoleName[]; denied: RoleName[] }[];
  has_row_scopes: boolean;
}

export interface Person {
  user_id: string;
  display_name: string;
  email: string;
}

const ROLES = ["roles"] as const;

export function roleKey(roleId: string) {
  return [...ROLES, roleId] as const;
}

export function bodyOf(role: RoleBody): RoleBody {
  const { name, description, permissions, denials, scope, deny_scope, masks } = role;
  return { name, description, permissions, denials, scope, deny_scope, masks };
}

export function useRoles() {
  return useQuery({
    queryKey: ROLES,
    queryFn: async ({ signal }) => (await api.get<Paged<Role>>("/roles", { signal })).items,
  });
}

export function useVocabulary() {
  return useQuery({
    queryKey: ["access", "vocabulary"],
    queryFn: ({ signal }) => api.get<Vocabulary>("/access/vocabulary", { signal }),
    staleTime: 300_000,
  });
}

export const loadRole = (roleId: string): Promise<Versioned<Role>> =>
  api.getVersioned<Role>(`/roles/${encodeURIComponent(roleId)}`);

export const saveRole = (roleId: string, body: RoleBody, ifMatch: string | null): Promise<Versioned<Role>> =>
  api.putVersioned<Role>(`/roles/${encodeURIComponent(roleId)}`, bodyOf(body), { ifMatch });

export const createRole = (body: RoleBody, idempotencyKey: string): Promise<Role> =>
  api.post<Role>("/roles", bodyOf(body), { idempotencyKey });

export const deleteRole = (role: Role): Promise<void> =>
  api.delete(`/roles/${encodeURIComponent(role.role_id)}`, { ifMatch: `"${role.version}"` });

export const assignRoles = (userId: string, roles: string[], version: number | null): Promise<{ roles: string[] }> =>
  api.put(`/users/${encodeURIComponent(userId)}/roles`, { roles }, { ifMatch: `"${version}"` });

export const viewAs = (whom: { role_id: string } | { user_id: string }): Promise<unknown> =>
  api.post("/me/view-as", whom);

export const stopViewingAs = (): Promise<void> => api.delete("/me/view-as");

/** Everything that depends on roles is asked for again. */
export function useForgetRoles(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ROLES }),
      queries.invalidateQueries({ queryKey: ["access"] }),
    ]);
  };
}

export function usePreview(role: RoleBody, my: Record<string, string[]>, isReady: boolean) {
  return useQuery({
    queryKey: ["access", "preview", role, my],
    queryFn: ({ signal }) =>
      api.post<Preview>("/roles/preview", { role: { ...bodyOf(role), name: role.name || "–" }, my }, { signal }),
    placeholderData: keepPreviousData,
    enabled: isReady,
    retry: false,
  });
}

export function usePeople() {
  return useQuery({
    queryKey: ["users", "all"],
    queryFn: async ({ signal }) => (await api.get<Paged<Person>>("/users", { query: { limit: 500 }, signal })).items,
  });
}

export function useEffectiveAccess(userId: string | null) {
  return useQuery({
    queryKey: ["access", "effective", userId],
    queryFn: ({ signal }) => api.get<EffectiveAccess>("/access/effective", { query: { user: userId }, signal }),
  });
}

export function useFieldExplanation(field: string) {
  return useQuery({
    queryKey: ["access", "explain", field],
    queryFn: ({ signal }) => api.get<FieldExplanation>("/access/explain", { query: { field }, signal }),
    placeholderData: keepPreviousData,
    enabled: field !== "",
  });
}

export function usePolicy() {
  return useQuery({
    queryKey: ["access", "policy"],
    queryFn: ({ signal }) => api.get<KindPolicy[]>("/access/policy", { signal }),
  });
}
