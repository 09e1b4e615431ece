/** Chooses a colleague by the beginning of the name. */
import { Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Person, usePeople } from "@/api/care";
import { PersonTag } from "@/components/PersonTag";

interface Props {
  value: Person | null;
  onChange: (person: Person) => void;
  label: string;
  id?: string;
}

function personOption({ label }: { label?: ReactNode }): ReactNode {
  return <PersonTag name={String(label)} />;
}

export function PersonField({ value, onChange, label, id }: Props): ReactNode {
  const { t } = useTranslation("care");
  const [query, setQuery] = useState("");
  const [isOpen, setIsOpen] = useState(false);
  const { data, isFetching } = usePeople(query, isOpen);
  const found = data?.items ?? [];
  const people = value && !found.some(({ user_id }) => user_id === value.user_id) && !query ? [value, ...found] : found;
  return (
    <Select
      id={id}
      aria-label={label}
      className="person-field"
      showSearch={{ filterOption: false, onSearch: setQuery }}
      open={isOpen}
      onOpenChange={(next) => {
        setIsOpen(next);
        if (!next) setQuery("");
      }}
      loading={isFetching}
      notFoundContent={t("mention.nobody")}
      value={value?.user_id}
      options={people.map((person) => ({ value: person.user_id, label: person.name }))}
      optionRender={personOption}
      onChange={(userId: string) => {
        const person = people.find(({ user_id }) => user_id === userId);
        if (person) onChange(person);
      }}
    />
  );
}
