import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import type { Running } from '../../infra/local/running.ts'
import type { Narrator } from './narrator.ts'
import { call, OrganizationAdmin, Visitor } from './people.ts'

const publisher: RoleAssignment = { application: 'customer-v2', role: 'flow_publisher' }
const without = (roles: readonly RoleAssignment[]) => roles.filter(({ role }) => role !== publisher.role)

/** The story of the README: a role held centrally becomes a permission at a product endpoint, and stops being one. */
export async function tellStory(running: Running, narrator: Narrator): Promise<void> {
  const { tokenService, httpApi, restApi } = running.urls
  const olga = new OrganizationAdmin(running, 'acme.olga')
  await olga.setRoles('acme.vera', without)

  narrator.chapter('1  Vera, a Flow Viewer, signs in')
  const vera = await Visitor.signIn(running, 'acme.vera')
  const exchanged = await vera.exchange('customer-v2')
  narrator.expect('her sign-in is exchanged for a token of Customer v2', 200, exchanged.status)
  const { token } = exchanged
  narrator.say(`the token has ${token.length} characters; its permission claim is ${claimsOf(token)['prm']}`)

  narrator.chapter('2  What a viewer may and may not')
  const edo = (await (await Visitor.signIn(running, 'acme.edo')).exchange('customer-v2')).token
  const created = await call(edo, 'POST', `${httpApi}/flows`, { name: 'Welcome' })
  narrator.expect('Edo, a Flow Editor, creates a flow', 201, created.status)
  const flow = String(created.body['id'])
  const listed = await call(token, 'GET', `${httpApi}/flows`)
  narrator.expect('Vera lists flows', 200, listed.status)
  const publish = () => call(token, 'POST', `${httpApi}/flows/${flow}/publish`)
  narrator.expect('Vera publishes the flow', 403, (await publish()).status)
  const reason = await call(token, 'GET', `${tokenService}/session/explain?permission=flows.publish`)
  narrator.expect('the reason has a code', 'not_granted', codeOf(reason.body))
  narrator.say(sentenceOf(reason.body))
  const rest = await call(token, 'POST', `${restApi}/flows/${flow}/publish`)
  narrator.expect('on the REST API the refusal itself carries the code', 'not_granted', rest.body['code'])
  const anonymous = await fetch(`${httpApi}/flows`)
  narrator.expect('without a token', 401, anonymous.status)

  narrator.chapter('3  Olga, an Organization Admin, adds Flow Publisher in iX Admin')
  narrator.expect('iX Admin takes the change', 200, await olga.setRoles('acme.vera', (roles) => [...roles, publisher]))
  narrator.expect('Vera publishes, with the token she has, without signing in again', 200, (await publish()).status)

  narrator.chapter('4  Olga takes the role away')
  narrator.expect('iX Admin takes the change', 200, await olga.setRoles('acme.vera', without))
  narrator.expect('Vera publishes', 403, (await publish()).status)
  narrator.expect('Vera still lists flows', 200, (await call(token, 'GET', `${httpApi}/flows`)).status)

  narrator.chapter('5  Nobody may do more than they may')
  const nia = await (await Visitor.signIn(running, 'acme.nia')).exchange('customer-v2')
  const niaLists = await call(nia.token, 'GET', `${httpApi}/flows`)
  narrator.expect('Nia, who has no role, lists flows', 403, niaLists.status)
  const leo = await (await Visitor.signIn(running, 'acme.leo')).exchange('customer-v2')
  narrator.expect('Leo, whose account is inactive, gets no token', 'inactive', leo.body['code'])
  const foreign = new OrganizationAdmin(running, 'globex.olga')
  narrator.expect(
    'an Organization Admin of Globex changes a role in Acme',
    403,
    await foreign.setRoles('acme.vera', without),
  )
  const editorAsAdmin = new OrganizationAdmin(running, 'acme.edo')
  narrator.expect('a Flow Editor changes a role', 403, await editorAsAdmin.setRoles('acme.vera', without))
  const pia = await (await Visitor.signIn(running, 'globex.pia')).exchange('customer-v2')
  const globexFlow = await call(pia.token, 'GET', `${httpApi}/flows/${flow}`)
  narrator.expect("a publisher of Globex opens Acme's flow", 404, globexFlow.status)
  const other = await (await Visitor.signIn(running, 'acme.cap')).exchange('app-xchange')
  const misused = await call(other.token, 'GET', `${httpApi}/flows`)
  narrator.expect('a token of App Xchange at Customer v2', 403, misused.status)
}

/** The other four role systems, seen through `GET /session`: what a user interface would show. */
export async function tellRoleSystems(running: Running, narrator: Narrator): Promise<void> {
  const session = async (username: string, application: string) => {
    const { token } = await (await Visitor.signIn(running, username)).exchange(application)
    const { body } = await call(token, 'GET', `${running.urls.tokenService}/session`)
    return {
      permissions: (body['permissions'] ?? []) as string[],
      qualified: (body['qualified'] ?? []) as string[],
      gates: (body['gates'] ?? []) as string[],
      defaultFull: body['defaultFull'],
    }
  }
  narrator.chapter('6  The other four role systems')
  const cap = await session('acme.cap', 'app-xchange')
  const onlyViews = cap.permissions.every((permission) => permission.endsWith('.view'))
  narrator.expect(
    'App Xchange: Read Only with Flow Author still only views',
    true,
    onlyViews && cap.permissions.length > 0,
  )
  const cam = await session('acme.cam', 'infobip')
  narrator.expect(
    'Infobip: a Campaign manager designs flows, but drafts only',
    'flow/design[draft]',
    cam.qualified.join(),
  )
  const nat = await session('acme.nat', 'infobip')
  narrator.expect(
    'Infobip: a custom role grants what it lists',
    'conversations/reply,conversations/view',
    nat.permissions.join(),
  )
  const gus = await session('acme.gus', 'interact')
  narrator.expect(
    'Interact: a custom role opens two secured flows',
    'flow:claims-intake,flow:claims-status',
    gus.gates.join(),
  )
  const will = await session('acme.will', 'intuidy')
  narrator.expect('the walkthrough: no role is everything where the organization opted in', true, will.defaultFull)
  const wilma = await (await Visitor.signIn(running, 'globex.wilma')).exchange('intuidy')
  narrator.expect('and nothing where it did not', 'none', String(wilmaMay(wilma)))
}

function wilmaMay({ status, token }: { status: number; token: string }): string {
  if (status !== 200) return 'none'
  const { dfl, prm } = claimsOf(token)
  return dfl === undefined && /^\d+r$/.test(String(prm)) ? 'none' : String(dfl ?? prm)
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}')
}

interface Explained {
  readonly sentence?: string
  readonly explanation?: { readonly allowed: boolean; readonly refusal?: { readonly code: string } }
}

export function codeOf(body: Explained): string {
  const { explanation } = body
  return explanation?.allowed === true ? 'allowed' : (explanation?.refusal?.code ?? 'no explanation')
}

function sentenceOf(body: Explained): string {
  return body.sentence ?? ''
}
