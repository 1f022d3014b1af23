import type { Running } from './running.ts'

/** What a person reads when everything runs: addresses, people, and lines to paste into another terminal. */
export function welcome({ urls, password }: Running, dataFolder: string): string {
  return `
  Token service      ${urls.tokenService}   (/.well-known/oauth-authorization-server, /session)
  Customer v2        ${urls.httpApi}   HTTP API
                     ${urls.restApi}   REST API
  iX Admin           ${urls.ixAdmin}   sign in as acme.olga to change roles; POST /faults breaks it (docs/local-stack.md)
  Okta of hooli      ${urls.okta}   its groups are the roles of that organization (docs/sync.md)
  SCIM service       ${urls.scim}   for the identity provider of initech (docs/scim.md)
  Identity provider  ${urls.identityProvider}
  Hooks              ${urls.hooks}/hooks/acme-okta and others, see docs/sync.md
  Security events    ${urls.signals}   POST /events makes one

  People             acme.vera (Flow Viewer)  acme.edo (Flow Editor)  acme.pia (Flow Publisher)  acme.nia (no role)
                     acme.olga (Organization Admin); the same in globex, and more in infra/local/demo-data.ts
  Password           ${password}
  Data               ${dataFolder} (remove it to begin again)

In another terminal:

  npm run tour                                        # the whole story, step by step
  npm run parked -- list                              # identity events that could not be applied
  npm run reconcile -- start acme                     # holds what is stored against iX Admin
  npm run views -- audit acme                         # what changed, and why

  SIGNED_IN=$(npm run -s sign-in -- acme.vera)
  TOKEN=$(curl -s ${urls.tokenService}/oauth/token -d audience=customer-v2 -d subject_token=$SIGNED_IN \\
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
    -d subject_token_type=urn:ietf:params:oauth:token-type:access_token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')
  curl -isw "\\n" -H "Authorization: Bearer $TOKEN" ${urls.httpApi}/flows
  curl -isw "\\n" -H "Authorization: Bearer $TOKEN" -X POST ${urls.httpApi}/flows/1/publish
  curl -sw "\\n" -H "Authorization: Bearer $TOKEN" "${urls.tokenService}/session/explain?permission=flows.publish"

Ctrl-C stops everything.`
}
