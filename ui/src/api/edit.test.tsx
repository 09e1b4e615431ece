import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it } from "vitest";
import { ApiError, type Versioned } from "./client";
import { useEdit } from "./edit";

interface Note {
  text: string;
}

function server() {
  let version = 1;
  let note: Note = { text: "first" };
  const now = (): Versioned<Note> => ({ value: note, etag: `"${version}"` });
  return {
    load: async () => now(),
    save: async (draft: Note, ifMatch: string | null) => {
      if (ifMatch !== `"${version}"`) throw new ApiError(412, "stale", "changed meanwhile");
      note = draft;
      version += 1;
      return now();
    },
    someoneElseSaves: (text: string) => {
      note = { text };
      version += 1;
    },
    text: () => note.text,
  };
}

async function begin() {
  const notes = server();
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }): ReactNode => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useEdit<Note>({ queryKey: ["note"], ...notes }), { wrapper });
  await waitFor(() => expect(result.current.value).toEqual({ text: "first" }));
  act(() => result.current.change({ text: "mine" }));
  return { notes, edit: result };
}

it("saves what was typed", async () => {
  const { notes, edit } = await begin();
  await act(async () => void (await edit.current.save()));
  expect(notes.text()).toBe("mine");
  expect(edit.current.isDirty).toBe(false);
});

it("tells the second person, and keeps what they typed", async () => {
  const { notes, edit } = await begin();
  notes.someoneElseSaves("theirs");
  await act(async () => void (await edit.current.save()));
  expect(notes.text()).toBe("theirs");
  expect(edit.current.conflict).toEqual({ theirs: { text: "theirs" }, mine: { text: "mine" } });
  expect(edit.current.value).toEqual({ text: "mine" });
});

it.each([
  ["mine", "mine", false],
  ["theirs", "theirs", false],
  ["later", "theirs", true],
] as const)("ends a conflict by choosing %s", async (choice, saved, isDirty) => {
  const { notes, edit } = await begin();
  notes.someoneElseSaves("theirs");
  await act(async () => void (await edit.current.save()));
  await act(async () => void (await edit.current.resolve(choice)));
  expect(notes.text()).toBe(saved);
  expect(edit.current.conflict).toBeNull();
  expect(edit.current.isDirty).toBe(isDirty);
});
