/**
 * Answering by keyboard. A key means its letter; where the layout writes another script, it means the letter that the
 * same key writes in Latin ("س" and "σ" are S). Keys mean nothing while somebody types, in a dialog, with a modifier,
 * or held down; and they can be switched off.
 */
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";

export type KeyAction = "same" | "different" | "skip" | "next" | "previous" | "undo" | "help";

const LETTERS: Readonly<Record<string, KeyAction>> = {
  s: "same",
  d: "different",
  k: "skip",
  j: "next",
  u: "undo",
};

/** What the page shows beside each action, and says to assistive technology. */
export const KEYS: Readonly<Record<KeyAction, string>> = {
  same: "S",
  different: "D",
  skip: "K",
  next: "J",
  previous: "←",
  undo: "U",
  help: "?",
};

type Press = Pick<KeyboardEvent, "key" | "code" | "repeat" | "ctrlKey" | "altKey" | "metaKey" | "isComposing">;

function letterOf({ key, code }: Press): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  const isOtherScript = key.length === 1 && /\p{L}/u.test(key);
  return isOtherScript && code.startsWith("Key") ? code.slice(3).toLowerCase() : "";
}

/** What a key asks for; arrows point where the language reads on. */
export function actionOf(press: Press, isRtl: boolean): KeyAction | null {
  if (press.repeat || press.ctrlKey || press.altKey || press.metaKey || press.isComposing) return null;
  if (press.key === "?" || press.key === "؟") return "help";
  if (press.key === "ArrowRight") return isRtl ? "previous" : "next";
  if (press.key === "ArrowLeft") return isRtl ? "next" : "previous";
  return LETTERS[letterOf(press)] ?? null;
}

const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";
/** Widgets in which arrow keys have a meaning of their own. */
const MOVING = "[role=slider], [role=tab], [role=radio], input[type=radio], [role=option], [role=menuitem], .scroll";

/** Whether the page listens: nobody types, no dialog is open, and the element does not need the key itself. */
export function isListening(target: EventTarget | null, key: string): boolean {
  if (document.querySelector("[role=dialog]:not([hidden]), [role=alertdialog]")) return false;
  if (!(target instanceof Element)) return true;
  if (target.closest(TYPING)) return false;
  return !(key.startsWith("Arrow") && target.closest(MOVING));
}

const SWITCH = "onefold.keys";
const listeners = new Set<() => void>();

function areKeysOn(): boolean {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

/** Whether letters answer here, and how to change that: not everybody's hands or speech software go with them. */
export function useKeySwitch(): [isOn: boolean, set: (isOn: boolean) => void] {
  const subscribe = useCallback((listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  const isOn = useSyncExternalStore(subscribe, areKeysOn);
  const set = useCallback((next: boolean) => {
    try {
      localStorage.setItem(SWITCH, next ? "on" : "off");
    } catch {
      // a browser that keeps nothing has them on
    }
    for (const listener of listeners) listener();
  }, []);
  return [isOn, set];
}

/** Calls back for the keys of the page. */
export function useKeys(isRtl: boolean, act: (action: KeyAction) => void): void {
  const [isOn] = useKeySwitch();
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !isListening(event.target, event.key)) return;
      const action = actionOf(event, isRtl);
      if (!action || (!isOn && action !== "help" && !event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      latest.current(action);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [isOn, isRtl]);
}
