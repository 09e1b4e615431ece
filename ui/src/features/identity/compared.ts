/** Records side by side, attribute by attribute. */
import type { RecordRef } from "@/api/identity";
import type { SamplePair } from "@/api/quality";
import type { ItemCustomer, ItemDetail, Said } from "@/api/review";

/** A record in a comparison: whose it is, and what it says. */
export interface Compared {
  /** Its number, the same in the table and in the graph. */
  number: number;
  ref: RecordRef;
  owner: ItemCustomer | null;
  fields: readonly Said[];
}

export interface ComparedRow {
  attribute: string;
  /** What each record says, in the order of the records; null where it says nothing. */
  cells: (Said | null)[];
  state: "same" | "differs" | "alone";
}

/** What differs comes first, then what agrees, then what only one record says; each in the records' own order. */
const ORDER = { differs: 0, same: 1, alone: 2 } as const;

/** Between several values that one record has of one attribute. */
const SEPARATOR = " · ";

export function valuesOf({ value }: Said): string[] {
  return value === null ? [] : value.split(SEPARATOR);
}

export function rowsOf(records: readonly Compared[]): ComparedRow[] {
  const names = [...new Set(records.flatMap(({ fields }) => fields.map(({ attribute }) => attribute)))];
  const rows = names.map((attribute): ComparedRow => {
    const cells = records.map(({ fields }) => fields.find((field) => field.attribute === attribute) ?? null);
    const said = cells.filter((cell) => cell !== null);
    const state = said.length < 2 ? "alone" : said.some(({ differs }) => differs) ? "differs" : "same";
    return { attribute, cells, state };
  });
  return rows.toSorted((one, other) => ORDER[one.state] - ORDER[other.state]);
}

/** The value that one other record has in its place, to mark where the two differ; null where there are several. */
export function counterpart({ cells }: ComparedRow, record: number): string | null {
  const others = cells.flatMap((cell, index) => (index !== record && cell ? valuesOf(cell) : []));
  return others.length === 1 ? (others[0] ?? null) : null;
}

/** Records of a question, numbered as in its graph, which holds side a, then side b. */
export function comparedOf(
  records: ItemDetail["records"],
  nodes: ItemDetail["graph"]["nodes"],
  customers: readonly ItemCustomer[],
): Compared[] {
  const isSame = (one: RecordRef, other: RecordRef): boolean =>
    one.source === other.source && one.table === other.table && one.record_key === other.record_key;
  return records.map(({ ref, fields }, index) => ({
    number: (nodes.find((node) => isSame(node.ref, ref))?.node ?? index) + 1,
    ref,
    owner: customers.find(({ customer_id: id }) => id === ref.customer_id) ?? null,
    fields,
  }));
}

/** The records of a pair to label. */
export function comparedPair(records: SamplePair["records"]): Compared[] {
  return records.map(({ ref, display_name: name, fields }, index) => ({
    number: index + 1,
    ref,
    owner: ref.customer_id ? { customer_id: ref.customer_id, display_name: name, name_hidden_by: null } : null,
    fields,
  }));
}
