/** What the API sends and takes, as its description says. */
import type { components } from "./generated";

export type Schemas = components["schemas"];
