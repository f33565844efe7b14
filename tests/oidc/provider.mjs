// An OpenID provider on 127.0.0.1. Each line of standard input is its whole configuration as JSON
// (port, jwks, clients, accounts); a later line replaces the earlier one. Answers each with "ready".
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import Provider from 'oidc-provider'

const RESOURCE = 'urn:dagy'

function made({ port, jwks, clients, accounts }) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks,
    clients,
    cookies: { keys: ['of a test'] },
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
    },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      })
      grant.addOIDCScope('openid email profile groups')
      grant.addResourceScope(RESOURCE, 'runs')
      await grant.save()
      return grant
    },
    extraTokenClaims: (_ctx, token) => accounts[token.accountId],
    features: {
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client) => (client.clientId === 'api' ? RESOURCE : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'runs',
          audience: RESOURCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  })
  return provider.callback()
}

let handler
const server = createServer((request, response) => handler(request, response))
for await (const line of createInterface({ input: process.stdin })) {
  const configuration = JSON.parse(line)
  handler = made(configuration)
  if (!server.listening) {
    await new Promise((resolve) => server.listen(configuration.port, '127.0.0.1', resolve))
  }
  process.stdout.write('ready\n')
}
process.exit()
