/** Who lives with a customer, where it belongs, and who belongs to an organisation. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api } from "./client";
import { place } from "./customer";
import { type PagedRows, usePaged } from "./paged";
import type { Schemas } from "./schemas";

export type NamedCustomer = Schemas["NamedCustomer"];
export type LevelReason = Schemas["LevelReason"];
export type HouseholdAnswer = Schemas["HouseholdAnswer"];
export type HouseholdMember = Schemas["HouseholdMember"];
export type Belonging = Schemas["BelongingAnswer"];
export type Membership = Schemas["Membership"];
export type OrganisationPerson = Schemas["OrganisationPerson"];

export function useHousehold(id: string): UseQueryResult<HouseholdAnswer> {
  return useQuery({
    queryKey: ["customer", id, "household"],
    queryFn: ({ signal }) => api.get<HouseholdAnswer>(`${place(id)}/household`, { signal }),
  });
}

export function useBelonging(id: string): UseQueryResult<Belonging> {
  return useQuery({
    queryKey: ["customer", id, "organisation"],
    queryFn: ({ signal }) => api.get<Belonging>(`${place(id)}/organisation`, { signal }),
  });
}

export function useOrganisationPeople(id: string): PagedRows<OrganisationPerson> {
  return usePaged<OrganisationPerson>(["customer", id, "people"], `/organisations/${encodeURIComponent(id)}/people`, {
    limit: 50,
  });
}
