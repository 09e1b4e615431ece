/** Lists that come in pages: everything `DataTable` needs. */
import { keepPreviousData, useInfiniteQuery, type QueryKey } from "@tanstack/react-query";
import { api, type Options, type Paged } from "./client";

export interface PagedRows<T> {
  rows: T[];
  /** How many there are in all, where the server was asked and says so. */
  count: number | undefined;
  isLoading: boolean;
  error: unknown;
  onRetry: () => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
}

export function usePaged<T>(
  queryKey: QueryKey,
  path: string,
  query: Options["query"] = {},
  enabled = true,
): PagedRows<T> {
  const result = useInfiniteQuery({
    queryKey: [...queryKey, query],
    queryFn: ({ pageParam, signal }) => api.get<Paged<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
  return {
    rows: result.data?.pages.flatMap(({ items }) => items) ?? [],
    count: result.data?.pages[0]?.count,
    isLoading: result.isPending && enabled,
    error: result.error,
    onRetry: () => void result.refetch(),
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    onMore: () => void result.fetchNextPage(),
  };
}
