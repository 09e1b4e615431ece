/**
 * Types of the HTTP API. Made from docs/reference/openapi.json by `make ui-types`; never edited.
 */
export interface paths {
  "/api/v1/health": {
    get: {
      responses: { 200: { content: { "application/json": { status: string } } } };
    };
  };
}
