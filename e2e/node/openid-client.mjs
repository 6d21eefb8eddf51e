// Signs in by the npm package openid-client as its documentation shows, and
// prints what it got as one line of JSON. The caller is the browser: it reads
// the authorization address from the first line and answers with the address
// that the server redirected to.
//
//   node openid-client.mjs ISSUER CLIENT_ID CLIENT_SECRET REDIRECT_URI SCOPE
import * as client from "openid-client";
import { createInterface } from "node:readline/promises";

const [issuer, clientId, clientSecret, redirectUri, scope] = process.argv.slice(2);
const input = createInterface({ input: process.stdin });

const config = await client.discovery(new URL(issuer), clientId, undefined,
  clientSecret ? client.ClientSecretBasic(clientSecret) : client.None(),
  { execute: [client.allowInsecureRequests] }); // plain http on loopback

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const authorize = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri, scope, state, nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
});
console.log(authorize.href);

const back = new URL((await input[Symbol.asyncIterator]().next()).value);
const tokens = await client.authorizationCodeGrant(config, back, {
  pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
});
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
const result = { claims, userinfo, refreshedSub: refreshed.claims()?.sub, scope: tokens.scope };
if (clientSecret) {
  result.introspected = await client.tokenIntrospection(config, refreshed.access_token);
  await client.tokenRevocation(config, refreshed.refresh_token);
  result.afterRevocation = await client.tokenIntrospection(config, refreshed.access_token);
}
result.endSession = client.buildEndSessionUrl(config, { id_token_hint: refreshed.id_token ?? tokens.id_token }).href;
console.log(JSON.stringify(result));
input.close();
