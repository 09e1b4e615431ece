// A real OpenID Connect provider for the tests: PORT, and PEOPLE as JSON {login: claims}.
import { createRequire } from "node:module";
const require = createRequire(process.env.UI_PACKAGE);
const { Provider } = await import(require.resolve("oidc-provider"));

const people = JSON.parse(process.env.PEOPLE);
const port = Number(process.env.PORT);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "onefold",
      client_secret: "secret-of-the-test",
      redirect_uris: [process.env.REDIRECT_URI],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: process.env.USERINFO === "1",
  cookies: { keys: ["test"] },
  pkce: { required: () => true },
  findAccount: (_context, login) =>
    people[login] && { accountId: login, claims: async () => ({ sub: people[login].sub ?? login, ...people[login] }) },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
