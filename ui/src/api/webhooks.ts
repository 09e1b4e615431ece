/** Webhooks and what was sent to them: types of the API and hooks for pages. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type Versioned } from "./client";
import { usePaged, type PagedRows } from "./paged";
import { useChanges } from "./stream";
import type { Schemas } from "./schemas";

export type WebhookDraft = Schemas["WebhookBody"];

export type Webhook = Schemas["WebhookAnswer"];

export type DeliveryState = "waiting" | "delivered" | "failed" | "withheld";

export type Delivery = Schemas["DeliveryAnswer"];

const WEBHOOKS = ["webhooks"] as const;
const one = (id: string): string => `/webhooks/${encodeURIComponent(id)}`;

export const useWebhooks = (): PagedRows<Webhook> => usePaged<Webhook>([...WEBHOOKS, "list"], "/webhooks");

export const useDeliveries = (id: string, state?: DeliveryState): PagedRows<Delivery> =>
  usePaged<Delivery>([...WEBHOOKS, "deliveries", id], `${one(id)}/deliveries`, { state, limit: 50 });

export const useKinds = () =>
  useQuery({
    queryKey: [...WEBHOOKS, "kinds"],
    queryFn: () => api.get<{ items: { kind: string }[] }>("/webhooks/kinds"),
    staleTime: Infinity,
  });

/** Read everything about webhooks again. */
export function useForgetWebhooks(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: WEBHOOKS }), [queries]);
}

export function useWebhookChanges(): void {
  const forget = useForgetWebhooks();
  useChanges(["webhook.*"], () => void forget());
}

export const webhookKey = (id: string) => [...WEBHOOKS, "one", id] as const;
export const loadWebhook = (id: string): Promise<Versioned<Webhook>> => api.getVersioned<Webhook>(one(id));
export const saveWebhook = (id: string, draft: WebhookDraft, ifMatch: string | null): Promise<Versioned<Webhook>> =>
  api.putVersioned<Webhook>(one(id), draft, { ifMatch: ifMatch ?? "" });
export const createWebhook = (draft: WebhookDraft, idempotencyKey: string) =>
  api.post<Webhook & { secret: string | null }>("/webhooks", draft, { idempotencyKey });
export const deleteWebhook = ({ webhook_id, version }: Webhook) =>
  api.delete(one(webhook_id), { ifMatch: `"${version}"` });
export const renewSecret = ({ webhook_id, version }: Webhook) =>
  api.post<{ secret: string | null }>(`${one(webhook_id)}/secret`, undefined, { ifMatch: `"${version}"` });
export const pingWebhook = (id: string) => api.post<Delivery>(`${one(id)}/ping`);
export const replayDelivery = (id: string) => api.post<Delivery>(`/deliveries/${encodeURIComponent(id)}/replay`);
export const loadDelivery = (id: string) =>
  api.get<Delivery & { document: unknown }>(`/deliveries/${encodeURIComponent(id)}`);
