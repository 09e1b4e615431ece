/** One entry of the timeline, or a run of noise as one. */
import { Button, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type TimelineEntry, useTimeline } from "@/api/customer";
import { formatNumber } from "@/app/language";
import { Hidden } from "@/components/Hidden";
import { Moment } from "@/components/Moment";
import { Text } from "@/components/Text";
import { departmentIcon } from "./departments";
import { isolated, typeLabel, wordsOf } from "./labels";
import { Money, Score } from "./Value";

export function Entry({ entry, customerId }: { entry: TimelineEntry; customerId: string }): ReactNode {
  const { t } = useTranslation("customer");
  const [isOpen, setIsOpen] = useState(false);
  const hasMore = entry.count > 1 || isLong(entry.text) || details(entry).length > 0;
  return (
    <li className="cu-entry" data-department={entry.department}>
      <span className="cu-mark" title={t(`department.${entry.department}`)}>
        {departmentIcon(entry.department)}
        <span className="visually-hidden">{t(`department.${entry.department}`)}</span>
      </span>
      <div className="cu-what">
        <p className="cu-first">
          <span className="cu-type">
            {entry.count > 1 && (
              <span className="cu-count">{t("timeline.times", { times: formatNumber(entry.count) })}</span>
            )}{" "}
            {typeLabel(t, entry.kind, entry.event_type)}
          </span>
          {entry.title && !(entry.is_excerpt && entry.text) && (
            <span className="cu-title">
              <Text>{entry.title}</Text>
            </span>
          )}
          {entry.status && (
            <Tag>
              <Text>{wordsOf(entry.status)}</Text>
            </Tag>
          )}
          {entry.amount !== null && <Money amount={entry.amount} currency={entry.currency} />}
          {entry.score !== null && <Score score={entry.score} scale={entry.scale} />}
          {(entry.hidden.amount || entry.hidden.score) && <Hidden policy={entry.hidden.amount ?? entry.hidden.score} />}
        </p>
        {entry.text && (
          <p className="cu-text" data-open={isOpen}>
            <Text>{entry.text}</Text>
          </p>
        )}
        {(entry.hidden.text || (entry.hidden.title && !entry.title)) && (
          <Hidden policy={entry.hidden.text ?? entry.hidden.title} />
        )}
        {entry.kind === "identity" && <IdentityWords entry={entry} />}
        {isOpen && entry.count === 1 && <Details entry={entry} />}
        {isOpen && entry.count > 1 && <Members entry={entry} customerId={customerId} />}
        <p className="cu-meta soft">
          <When entry={entry} />
          {entry.counterpart && (
            <>
              {" "}
              · {t("timeline.with")} <Text>{entry.counterpart}</Text>
            </>
          )}
          {entry.channel && (
            <>
              {" "}
              · <Text>{wordsOf(entry.channel)}</Text>
            </>
          )}
          {entry.source && (
            <>
              {" "}
              · <Text>{entry.source}</Text>
            </>
          )}
          {hasMore && (
            <Button type="link" size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
              {t(isOpen ? "timeline.close" : "timeline.open")}
              <span className="visually-hidden"> {typeLabel(t, entry.kind, entry.event_type)}</span>
            </Button>
          )}
        </p>
      </div>
    </li>
  );
}

function When({ entry }: { entry: TimelineEntry }): ReactNode {
  const { t } = useTranslation("customer");
  if (!entry.occurred_at) return t("timeline.undated");
  const as = entry.occurred_at.endsWith("T00:00:00Z") ? "date" : "moment";
  const value = as === "date" ? entry.occurred_at.slice(0, 10) : entry.occurred_at;
  if (entry.count > 1 && entry.earliest_at) {
    return (
      <>
        <Moment value={entry.earliest_at} as="date" /> – <Moment value={entry.occurred_at} as="date" />
      </>
    );
  }
  return <Moment value={value} as={as} />;
}

function isLong(text: string | null): boolean {
  return (text?.length ?? 0) > 240;
}

/** What else the source says: no keys without values, nothing that is shown already. */
function details(entry: TimelineEntry): [string, string][] {
  if (entry.kind !== "event" || typeof entry.body !== "object" || entry.body === null) return [];
  const shown = new Set([entry.title, entry.text]);
  return Object.entries(entry.body as Record<string, unknown>)
    .filter(([, value]) => value !== null && value !== "" && !shown.has(String(value)))
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

function Details({ entry }: { entry: TimelineEntry }): ReactNode {
  return (
    <dl className="cu-facts">
      {details(entry).map(([name, value]) => (
        <div key={name}>
          <dt>
            <Text>{name}</Text>
          </dt>
          <dd>
            <Text>{value}</Text>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The entries of a group, one by one. */
function Members({ entry, customerId }: { entry: TimelineEntry; customerId: string }): ReactNode {
  const until = entry.occurred_at && new Date(Date.parse(entry.occurred_at) + 1).toISOString();
  const members = useTimeline(
    customerId,
    {
      type: [entry.event_type],
      source: entry.source ? [entry.source] : [],
      from: entry.earliest_at ?? "",
      to: until ?? "",
      collapse: false,
    },
    Math.min(entry.count, 100),
  );
  return (
    <ul className="cu-members">
      {members.rows.slice(0, entry.count).map((member) => (
        <li key={member.entry_id}>
          {member.occurred_at && <Moment value={member.occurred_at} as="moment" />}
          {member.title && (
            <>
              {" "}
              · <Text>{member.title}</Text>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function IdentityWords({ entry }: { entry: TimelineEntry }): ReactNode {
  const { t } = useTranslation("customer");
  const said = entry.body as { customer_id: string | null; other_customer_id: string | null; records: number };
  const hidden = t("identity.elsewhere");
  return (
    <p className="cu-text">
      {t(`change.${entry.event_type}`, {
        id: isolated(said.customer_id ?? hidden),
        other: isolated(said.other_customer_id ?? hidden),
        count: said.records,
      })}
    </p>
  );
}
