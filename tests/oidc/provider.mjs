// A real OpenID provider (npm oidc-provider, certified) as HelseID is shaped: PAR required, private_key_jwt,
// PKCE, DPoP with nonces, `iss` in the answer, back-channel logout. Whoever comes is "nurse-7" and says yes.
//
//   node provider.mjs PORT CLIENT-AS-JSON
import { randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const [port, client] = [Number(process.argv[2]), JSON.parse(process.argv[3])];
const LEVEL = "helseid://claims/identity/security_level";
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [client],
  clientAuthMethods: ["private_key_jwt"],
  scopes: ["openid", "helseid://scopes/identity/security_level"],
  claims: { openid: ["sub", "auth_time", "acr", "sid"], "helseid://scopes/identity/security_level": [LEVEL] },
  acrValues: ["Level4"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, [LEVEL]: "4" }) }),
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined, signal: AbortSignal.timeout(2500) }),
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  let result = { login: { accountId: "nurse-7", acr: "Level4", amr: ["mfa"] } };
  if (prompt.name === "consent") {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: "nurse-7", clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
