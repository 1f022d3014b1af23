import type { Running } from '../../infra/local/running.ts'
import { readUntil } from '../support/running-system.ts'
import type { Narrator } from './narrator.ts'
import { call, OrganizationAdmin, Visitor } from './people.ts'

/** What is promised for a role that is taken away: from iX Admin's answer to the refusal at the product (docs/freshness.md). */
export const boundMs = 10_000

/** How soon a change in iX Admin bites where nothing asks for it, with the token of before. */
export async function tellRemoval(running: Running, narrator: Narrator): Promise<void> {
  const olga = new OrganizationAdmin(running, 'globex.olga')
  const viewer = { application: 'customer-v2', role: 'flow_viewer' }
  await olga.setRoles('globex.probe-8', () => [viewer])
  const { token } = await (await Visitor.signIn(running, 'globex.probe-8')).exchange('customer-v2')
  const list = async () => (await call(token, 'GET', `${running.urls.httpApi}/flows`)).status

  narrator.chapter('7  A role that is taken away bites within 10 seconds, with the token of before')
  narrator.say(
    'Listing flows is decided by the token alone: no request waits for iX Admin. The authorizer follows the change feed instead.',
  )
  narrator.expect('a viewer lists flows', 200, (await readUntil(list, (status) => status === 200)).value)
  narrator.expect('Olga of Globex takes Flow Viewer away', 200, await olga.setRoles('globex.probe-8', () => []))
  const denied = await readUntil(list, (status) => status === 403)
  narrator.expectWithin('the same token lists flows', 403, denied, boundMs)

  narrator.expect('Olga gives the role back', 200, await olga.setRoles('globex.probe-8', () => [viewer]))
  narrator.say('An authorizer that has just refused looks into it again after 2 s; one that has not, at once.')
  const back = await readUntil(list, (status) => status === 200)
  narrator.expectWithin('the same token lists flows', 200, back, boundMs)
  narrator.say(
    `Look at ${running.urls.tokenService}/changes?application=customer-v2: cutoffs by handles, and nobody's name`,
  )
}
