/** A person's word: these records are somebody else's, or another customer is the same. What it does is shown first. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Input, Modal, Radio } from "antd";
import { type ReactNode, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Paged } from "@/api/client";
import type { Attachment } from "@/api/customer";
import type { CustomerRow } from "@/api/customers";
import { useIdempotencyKey } from "@/api/edit";
import { type Decision, decide, useForecast, useMapAction } from "@/api/identity";
import { ErrorLine } from "@/components/ErrorState";
import { Shown } from "@/components/Hidden";
import { Text } from "@/components/Text";
import { Explain } from "./Explain";
import { isolated } from "./labels";

const LONGEST_REASON = 2000;
const STILL_MS = 200;

interface DialogProps {
  id: string;
  onClose: () => void;
}

/** Choose the records that belong to somebody else. */
export function NotTheSame({ id, records, onClose }: DialogProps & { records: readonly Attachment[] }): ReactNode {
  const { t } = useTranslation("customer");
  const [chosen, setChosen] = useState<string[]>([]);
  const rest = records.flatMap(({ subject_id }) => (subject_id && !chosen.includes(subject_id) ? [subject_id] : []));
  const isReady = chosen.length > 0 && rest.length > 0;
  return (
    <Dialog
      title={t("different.title")}
      verb={t("different.do")}
      decision={isReady ? { kind: "different", a: chosen, b: [id], reason: "" } : null}
      onClose={onClose}
    >
      <p>{t("different.what")}</p>
      <Checkbox.Group className="cu-choose" value={chosen} onChange={setChosen} aria-label={t("identity.records")}>
        {records.map((record) => (
          <Checkbox key={record.subject_id} value={record.subject_id ?? ""} disabled={record.subject_id === null}>
            <Text>{record.source === record.table ? record.source : `${record.source}.${record.table}`}</Text>{" "}
            <Text>{record.record_key}</Text>
          </Checkbox>
        ))}
      </Checkbox.Group>
    </Dialog>
  );
}

/** Choose the customer that is this one too. */
export function SameAs({ id, onClose }: DialogProps): ReactNode {
  const { t } = useTranslation("customer");
  const label = useId();
  const [text, setText] = useState("");
  const [other, setOther] = useState<string | null>(null);
  const found = useOthers(text, id);
  return (
    <Dialog
      title={t("same.title")}
      verb={t("same.do")}
      decision={other ? { kind: "same", a: [id], b: [other], reason: "" } : null}
      onClose={onClose}
    >
      <p>{t("same.what")}</p>
      <label htmlFor={label}>{t("same.search")}</label>
      <Input
        id={label}
        type="search"
        autoFocus
        dir="auto"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOther(null);
        }}
      />
      {found.data?.length === 0 && <p className="soft">{t("same.none")}</p>}
      <Radio.Group
        className="cu-choose"
        value={other}
        onChange={(event) => setOther(String(event.target.value))}
        aria-label={t("same.found")}
      >
        {(found.data ?? []).map((row) => (
          <Radio key={row.customer_id} value={row.customer_id}>
            <Shown
              value={<Text>{String(row.values.display_name ?? row.customer_id)}</Text>}
              hiddenBy={row.hidden.display_name}
            />{" "}
            <span className="soft">
              <Shown value={<Text>{String(row.values.email ?? "")}</Text>} hiddenBy={row.hidden.email} />{" "}
              <Text>{String(row.values.city ?? "")}</Text>
            </span>
          </Radio>
        ))}
      </Radio.Group>
      {other && <Explain a={id} b={other} />}
    </Dialog>
  );
}

function useOthers(text: string, id: string) {
  const [still, setStill] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setStill(text.trim()), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return useQuery({
    queryKey: ["customers", "same-as", still],
    queryFn: ({ signal }) =>
      api.get<Paged<CustomerRow>>("/customers", {
        query: { q: still, fields: "display_name,email,city", limit: 8 },
        signal,
      }),
    select: ({ items }) => items.filter(({ customer_id }) => customer_id !== id),
    enabled: still !== "",
    placeholderData: keepPreviousData,
  });
}

interface Frame {
  title: string;
  verb: string;
  decision: Decision | null;
  onClose: () => void;
  children: ReactNode;
}

function Dialog({ title, verb, decision, onClose, children }: Frame): ReactNode {
  const { t } = useTranslation("customer");
  const label = useId();
  const [reason, setReason] = useState("");
  const once = useIdempotencyKey();
  const forecast = useForecast(decision);
  const done = useMapAction((said: Decision) => decide(said, once.key()));
  const submit = (): void => {
    if (decision) done.mutate({ ...decision, reason }, { onSuccess: onClose, onError: once.used });
  };
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      footer={
        <div className="dialog-buttons">
          <Button onClick={onClose}>{t("decide.cancel")}</Button>
          <Button type="primary" disabled={!forecast.data || !decision} loading={done.isPending} onClick={submit}>
            {verb}
          </Button>
        </div>
      }
    >
      <div className="cu-decide">
        {children}
        <label htmlFor={label}>{t("decide.reason")}</label>
        <Input.TextArea
          id={label}
          dir="auto"
          autoSize={{ minRows: 1, maxRows: 4 }}
          maxLength={LONGEST_REASON}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <div role="status" aria-live="polite">
          {decision && forecast.data && (
            <ul className="cu-forecast">
              {forecast.data.changes.map((change) => (
                <li key={`${change.kind}${change.customer_id}${change.other_customer_id}`}>
                  {t(`change.${change.kind}`, {
                    id: isolated(change.customer_id),
                    other: isolated(change.other_customer_id ?? t("identity.elsewhere")),
                    count: change.records,
                  })}
                </li>
              ))}
              {forecast.data.changes.length === 0 && <li>{t("decide.nothing")}</li>}
              <li>{t("decide.binds")}</li>
            </ul>
          )}
        </div>
        <ErrorLine error={done.error ?? (decision ? forecast.error : null)} />
      </div>
    </Modal>
  );
}
