/** An organization to try Rolecast with whose identity provider pushes users and roles by SCIM. */
import { createHash } from 'node:crypto'
import { catalogs } from '@rolecast/catalogs'
import type { ScimTokenStore } from '@rolecast/core/application/directory/ports'
import type { Organization } from '@rolecast/core/domain/assignment/organization'
import { directorySource } from '../deployment.ts'
import { type Person, peopleOf } from './demo-data.ts'

const organization = 'initech'

/** Everybody; who is what, they have in common with the other organizations. */
export const scimPeople: readonly Person[] = peopleOf(organization).filter(({ roles }) =>
  roles.every(({ application }) => application === 'customer-v2'),
)

/** `revision` 0: not stored yet. */
export function scimOrganization(issuer: string): Organization {
  const features = Object.keys(catalogs['customer-v2'].catalog.features)
  return {
    organization,
    title: 'Initech',
    issuer,
    identityAdmin: directorySource,
    applications: { 'customer-v2': { features, defaultFull: false } },
    revision: 0,
  }
}

const decade = 10 * 366 * 86_400_000

/** Lets the token of the demo in, if it is not yet. */
export async function admitScimToken(scimTokens: ScimTokenStore, token: string): Promise<void> {
  const hash = createHash('sha256').update(token).digest('base64url')
  const createdAt = Date.now()
  if ((await scimTokens.findToken(hash, createdAt)) !== undefined) return
  await scimTokens.addToken({ organization, id: 'demo', hash, createdAt, expiresAt: createdAt + decade })
}

/** Pushes everybody who is not there yet, as an identity provider would; `url` is the base of the service. */
export async function pushScimPeople(url: string, token: string): Promise<void> {
  for (const { account, name, email, username, status, roles } of scimPeople) {
    const [givenName = '', familyName = ''] = name.split(' ')
    const answer = await fetch(`${url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        externalId: account,
        userName: username,
        displayName: name,
        name: { givenName, familyName },
        emails: [{ value: email, type: 'work', primary: true }],
        active: status === 'active',
        roles: roles.map(({ application, role }) => ({ value: `${application}/${role}` })),
      }),
    })
    // 409: pushed at an earlier start.
    if (!answer.ok && answer.status !== 409) throw new Error(`the SCIM service answered ${answer.status}`)
    await answer.arrayBuffer()
  }
}
