import { oktaGroup } from '../../infra/local/demo-okta.ts'
import type { Running } from '../../infra/local/running.ts'
import { askOkta, pushScim, readUntil, scimPatch } from '../support/running-system.ts'
import type { Narrator } from './narrator.ts'
import { call, Visitor } from './people.ts'
import { boundMs } from './removal.ts'

/** Initech, whose identity provider pushes by SCIM. */
export async function tellScim(running: Running, narrator: Narrator): Promise<void> {
  const flows = `${running.urls.httpApi}/flows`
  const userName = 'initech.nia'
  narrator.chapter('10  An organization whose identity provider pushes by SCIM')
  const filter = encodeURIComponent(`userName eq "${userName}"`)
  const found = await pushScim(running, 'GET', `/Users?filter=${filter}`)
  for (const { id } of found.body.Resources) await pushScim(running, 'DELETE', `/Users/${id}`)
  const nia = await Visitor.signIn(running, userName)
  const gone = await nia.exchange('customer-v2')
  narrator.expect('DELETE /Users/<id>: Nia of Initech gets no token', 'inactive', gone.body['code'])

  const created = await pushScim(running, 'POST', '/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    externalId: 'initech-nia',
    userName,
    displayName: 'Nia Newcomer',
    active: true,
    roles: [{ value: 'customer-v2/flow_viewer' }],
  })
  narrator.expect('POST /Users, active, with customer-v2/flow_viewer', 201, created.status)
  const got = await readUntil(
    () => nia.exchange('customer-v2'),
    ({ status }) => status === 200,
  )
  const { token } = got.value
  const list = async () => (await call(token, 'GET', flows)).status
  narrator.expect('Nia lists flows', 200, await list())

  const { id } = created.body
  const off = await pushScim(
    running,
    'PATCH',
    `/Users/${id}`,
    scimPatch({ op: 'Replace', path: 'active', value: 'False' }),
  )
  narrator.expect('PATCH /Users/<id>, as Entra sends it: active "False"', 200, off.status)
  narrator.expect('she gets no new token', 'inactive', (await nia.exchange('customer-v2')).body['code'])
  narrator.expectWithin('the token she has', 403, await readUntil(list, (status) => status === 403), boundMs)
  await pushScim(running, 'PATCH', `/Users/${id}`, scimPatch({ op: 'replace', path: 'active', value: true }))
  const back = await readUntil(list, (status) => status === 200)
  narrator.expectWithin('active again: the token she has', 200, back, boundMs)
  await pushScim(running, 'PATCH', `/Users/${id}`, scimPatch({ op: 'remove', path: 'roles' }))
}

/** Hooli, whose roles are groups in an Okta that tells by its event hook that something has changed, and not what. */
export async function tellOkta(running: Running, narrator: Narrator): Promise<void> {
  const flows = `${running.urls.httpApi}/flows`
  const member = `/api/v1/groups/${oktaGroup('flow_viewer')}/users/hooli-vera`
  narrator.chapter('11  An organization with an Okta of its own, and its event hook')
  await askOkta(running, 'PUT', member)
  const vera = await Visitor.signIn(running, 'hooli.vera')
  const got = await readUntil(
    () => vera.exchange('customer-v2'),
    ({ status }) => status === 200,
  )
  const { token } = got.value
  const list = async () => (await call(token, 'GET', flows)).status
  narrator.expect(
    'Vera of Hooli, member of the group of viewers, lists flows',
    200,
    (await readUntil(list, (status) => status === 200)).value,
  )
  narrator.expect('an administrator of Okta takes her out of the group', 204, await askOkta(running, 'DELETE', member))
  narrator.say('The hook says that something about her changed. Nothing is believed of it: she is asked about at Okta.')
  narrator.expectWithin('the token she has', 403, await readUntil(list, (status) => status === 403), boundMs)
  narrator.expect('she is put back into the group', 204, await askOkta(running, 'PUT', member))
  const back = await readUntil(list, (status) => status === 200)
  narrator.expectWithin('the token she has', 200, back, boundMs)
}
