// Runs the npm package oidc-provider as an upstream identity provider with two
// made-up accounts and its built-in sign-in page, until standard input closes.
// Prints its issuer when it listens.
//
//   node upstream.mjs CLIENT_ID CLIENT_SECRET REDIRECT_URI
import Provider from "oidc-provider";
import { createServer } from "node:http";

const [clientId, clientSecret, redirectUri] = process.argv.slice(2);
const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://localhost:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri], token_endpoint_auth_method: "client_secret_basic" }],
  claims: { openid: ["sub"], profile: ["name", "given_name"], email: ["email", "email_verified"] },
  pkce: { required: () => true },
  // The sign-in page takes any name: the name is the account.
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: `${sub} Upstream`, given_name: sub, email: `${sub}@upstream.example`, email_verified: true }),
  }),
});
provider.on("server_error", (_, err) => console.error(err));
server.on("request", provider.callback());
console.log(issuer);
process.stdin.on("end", () => process.exit(0)).resume();
