/** The header's search: any key, any name, from every page; "/" or Ctrl K jumps there. */
import { SearchOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, type Paged } from "@/api/client";
import type { CustomerRow } from "@/api/customers";
import { useSession } from "@/app/session";
import { Text } from "@/components/Text";
import { CustomerName } from "../Cell";
import { useDebounced } from "../useDebounced";
import "../search.css";

const FIELDS = "display_name,email,phone,company,city";
const MOST = 8;

function useFound(text: string) {
  return useQuery({
    queryKey: ["customers", "search", text],
    queryFn: ({ signal }) =>
      api.get<Paged<CustomerRow>>("/customers", { query: { q: text, fields: FIELDS, limit: MOST }, signal }),
    enabled: text !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

function useShortcut(box: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const isTyping = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      const isSlash = event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey;
      const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
      if (!isSlash && !isK) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [box]);
}

export default function HeaderSearch(): ReactNode {
  const { t } = useTranslation("customers");
  const { may } = useSession();
  const navigate = useNavigate();
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const wanted = useDebounced(text.trim(), 120);
  const found = useFound(wanted);
  useShortcut(box);
  if (!may("read", "customer")) return null;
  const rows = wanted === "" ? [] : (found.data?.items ?? []);
  const isShown = isOpen && wanted !== "" && found.data !== undefined;
  const go = (address: string): void => {
    setIsOpen(false);
    setText("");
    void navigate(address);
  };
  const open = (row: CustomerRow): void => go(`/customers/${row.customer_id}`);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") setIsOpen(false);
    else if (event.key === "ArrowDown") setActive(Math.min(rows.length - 1, active + 1));
    else if (event.key === "ArrowUp") setActive(Math.max(-1, active - 1));
    else if (event.key === "Enter") {
      const row = rows[active];
      if (row) open(row);
      else if (text.trim()) go(`/customers?q=${encodeURIComponent(text.trim())}`);
    } else return;
    event.preventDefault();
  };
  return (
    <div className="hs" role="search">
      <SearchOutlined aria-hidden="true" />
      <input
        ref={box}
        type="search"
        role="combobox"
        aria-label={t("search")}
        aria-expanded={isShown}
        aria-controls={`${id}-found`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-keyshortcuts="/ Control+K Meta+K"
        placeholder={t("search.short")}
        dir="auto"
        maxLength={200}
        autoComplete="off"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setActive(-1);
          setIsOpen(true);
        }}
        onFocus={() => setIsOpen(true)}
        onBlur={() => setIsOpen(false)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <div id={`${id}-found`} role="listbox" aria-label={t("search.found")} hidden={!isShown}>
        {rows.map((row, place) => (
          <div
            key={row.customer_id}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            onMouseDown={(event) => {
              event.preventDefault();
              open(row);
            }}
          >
            <span className="hs-name">
              <CustomerName row={row} />
            </span>
            <span className="soft hs-facts">
              {["company", "city", "email", "phone"]
                .filter((name) => !row.hidden[name] && row.values[name])
                .slice(0, 2)
                .map((name) => (
                  <Text key={name}>{String(row.values[name])}</Text>
                ))}
            </span>
          </div>
        ))}
        {rows.length === 0 && (
          <div role="option" tabIndex={-1} aria-selected="false" aria-disabled="true" className="soft">
            {t("none_found")}
          </div>
        )}
      </div>
    </div>
  );
}
