/** What jsdom lacks and our parts expect, and the messages of the page itself. */
import { afterEach, beforeAll } from "vitest";
import { cleanup, configure } from "@testing-library/react";
import { startLanguage } from "@/app/language";

class SilentObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
  takeRecords(): [] {
    return [];
  }
}

globalThis.ResizeObserver = SilentObserver as unknown as typeof ResizeObserver;
globalThis.IntersectionObserver = SilentObserver as unknown as typeof IntersectionObserver;
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
    dispatchEvent: () => false,
  }) as MediaQueryList;
Element.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
// jsdom does not compute styles of pseudo elements and says so on every antd modal.
const computedStyle = window.getComputedStyle.bind(window);
window.getComputedStyle = (element: Element) => computedStyle(element);

// Words load with the first page that needs them; on a busy machine that takes its time.
configure({ asyncUtilTimeout: 5000 });

beforeAll(async () => {
  await startLanguage("en");
});
afterEach(cleanup);
