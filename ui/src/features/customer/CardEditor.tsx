/** Arranging the essentials of a role: drag, or with the keyboard; what people really open stands beside it. */
import { DeleteOutlined, HolderOutlined } from "@ant-design/icons";
import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { App, Button, Select, Tag } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Layout, useLayout, useRoleNames, useUsage } from "@/api/customer";
import { useSession } from "@/app/session";
import { ConflictDialog } from "@/components/ConflictDialog";
import { ErrorLine, ErrorState } from "@/components/ErrorState";
import { Loading } from "@/components/Loading";
import { Num } from "@/components/Num";
import { lineLabel } from "./labels";

export function CardEditor(): ReactNode {
  const { t } = useTranslation("customer");
  const { may } = useSession();
  const [role, setRole] = useState("default");
  const roles = useRoleNames(may("read", "role"));
  const choices = [
    { value: "default", label: t("editor.default") },
    ...roles.map(({ role_id, name }) => ({ value: role_id, label: name })),
  ];
  return (
    <>
      <label className="cu-field">
        <span>{t("editor.role")}</span>
        <Select value={role} onChange={setRole} options={choices} aria-label={t("editor.role")} />
      </label>
      <RoleCard key={role} role={role} />
    </>
  );
}

function RoleCard({ role }: { role: string }): ReactNode {
  const { t } = useTranslation("customer");
  const { message } = App.useApp();
  const edit = useLayout(role);
  const usage = useUsage();
  const layout = edit.value;
  if (edit.isLoading) return <Loading lines={8} />;
  if (!layout) return <ErrorState error={edit.error} onRetry={edit.reload} />;

  const opened = new Map(usage.data?.fields.map(({ field, openings }) => [field, openings]));
  const set = (change: Partial<Layout>): void => edit.change((before) => ({ ...before, ...change }));
  const save = async (): Promise<void> => {
    if (await edit.save()) void message.success(t("editor.saved"));
  };
  return (
    <>
      {!layout.is_own && <p className="soft">{t("editor.not_own")}</p>}
      <FieldList fields={layout.fields} shown={layout.shown} opened={opened} onMove={(fields) => set({ fields })} />
      <AddField layout={layout} onAdd={(name) => set({ fields: [...layout.fields, name] })} />
      <label className="cu-field">
        <span>{t("editor.shown")}</span>
        <Select
          value={layout.shown}
          aria-label={t("editor.shown")}
          onChange={(shown) => set({ shown })}
          options={Array.from({ length: 8 }, (_, index) => ({ value: index + 1, label: <Num value={index + 1} /> }))}
        />
      </label>
      <ErrorLine error={edit.error} />
      <div className="cu-buttons">
        <Button
          type="primary"
          disabled={!edit.isDirty || layout.fields.length === 0}
          loading={edit.isSaving}
          onClick={() => void save()}
        >
          {t("editor.save")}
        </Button>
        <Button disabled={!edit.isDirty} onClick={edit.reset}>
          {t("editor.reset")}
        </Button>
      </div>
      <ConflictDialog
        edit={edit}
        labels={{ fields: t("editor.fields"), shown: t("editor.shown") }}
        show={(value) =>
          Array.isArray(value) ? value.map((name: string) => lineLabel(t, name)).join(", ") : String(value)
        }
      />
    </>
  );
}

function FieldList({
  fields,
  shown,
  opened,
  onMove,
}: {
  fields: string[];
  shown: number;
  opened: Map<string, number>;
  onMove: (fields: string[]) => void;
}): ReactNode {
  const { t } = useTranslation("customer");
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const drop = ({ active, over }: DragEndEvent): void => {
    if (over && active.id !== over.id) {
      onMove(arrayMove(fields, fields.indexOf(String(active.id)), fields.indexOf(String(over.id))));
    }
  };
  const name = (id: string | number): string => lineLabel(t, String(id));
  const announcements = {
    onDragStart: ({ active }: { active: { id: string | number } }) => t("drag.start", { field: name(active.id) }),
    onDragOver: ({ active, over }: { active: { id: string | number }; over: { id: string | number } | null }) =>
      over ? t("drag.over", { field: name(active.id), place: fields.indexOf(String(over.id)) + 1 }) : "",
    onDragEnd: ({ active }: { active: { id: string | number } }) => t("drag.end", { field: name(active.id) }),
    onDragCancel: ({ active }: { active: { id: string | number } }) => t("drag.cancel", { field: name(active.id) }),
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{ announcements, screenReaderInstructions: { draggable: t("drag.how") } }}
    >
      <SortableContext items={fields} strategy={verticalListSortingStrategy}>
        <ol className="cu-sortable" aria-label={t("editor.fields")}>
          {fields.map((field, index) => (
            <SortableField
              key={field}
              field={field}
              isMore={index >= shown}
              opened={opened.get(field) ?? 0}
              onRemove={() => onMove(fields.filter((other) => other !== field))}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

function SortableField({
  field,
  isMore,
  opened,
  onRemove,
}: {
  field: string;
  isMore: boolean;
  opened: number;
  onRemove: () => void;
}): ReactNode {
  const { t } = useTranslation("customer");
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id: field,
  });
  const label = lineLabel(t, field);
  const moved = transform ? `translate3d(0, ${Math.round(transform.y)}px, 0)` : undefined;
  return (
    <li ref={setNodeRef} data-more={isMore} data-dragging={isDragging} style={{ transform: moved, transition }}>
      <button
        type="button"
        ref={setActivatorNodeRef}
        className="cu-handle"
        {...attributes}
        {...listeners}
        aria-label={t("editor.move", { field: label })}
      >
        <HolderOutlined />
      </button>
      <span className="cu-name">{label}</span>
      {opened > 0 && <Tag title={t("editor.opened_why")}>{t("editor.opened", { count: opened })}</Tag>}
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t("editor.remove", { field: label })}
        onClick={onRemove}
      />
    </li>
  );
}

function AddField({ layout, onAdd }: { layout: Layout; onAdd: (name: string) => void }): ReactNode {
  const { t } = useTranslation("customer");
  const free = layout.available.filter(({ name }) => !layout.fields.includes(name));
  const groups = (["line", "attribute", "trait"] as const).map((group) => ({
    label: t(`group.${group}`),
    options: free
      .filter((field) => field.group === group)
      .map(({ name, systems }) => ({
        value: name,
        label: systems.length > 0 ? `${lineLabel(t, name)} (${systems.join(", ")})` : lineLabel(t, name),
      })),
  }));
  return (
    <Select
      className="cu-add"
      value={null}
      placeholder={t("editor.add")}
      aria-label={t("editor.add")}
      showSearch={{ optionFilterProp: "label" }}
      options={groups.filter(({ options }) => options.length > 0)}
      onChange={(name: string | null) => name && onAdd(name)}
    />
  );
}
