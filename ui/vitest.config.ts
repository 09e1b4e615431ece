/** Tests of the interface run in jsdom; what jsdom lacks is added in src/testing/setup.ts. */
import { defineConfig, mergeConfig } from "vitest/config";
import vite from "./vite.config";

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      environment: "jsdom",
      environmentOptions: { jsdom: { url: "http://onefold.local/" } },
      setupFiles: ["src/testing/setup.ts"],
      include: ["src/**/*.test.{ts,tsx}"],
      restoreMocks: true,
      testTimeout: 20_000,
      maxWorkers: 2,
    },
  }),
);
