import type { Running } from '../../infra/local/running.ts'
import { orderFault, readUntil, storesOf } from '../support/running-system.ts'
import type { Narrator } from './narrator.ts'
import { call, Visitor } from './people.ts'
import { codeOf } from './story.ts'

/** After so long a confirmation no longer counts as fresh (ROLECAST_CONFIRMED_FOR_SECONDS). */
const confirmedForMs = 30_000

/** The identity admin fails, and nothing widens. */
export async function tellOutage(running: Running, narrator: Narrator): Promise<void> {
  const { httpApi, ixAdmin, tokenService } = running.urls
  narrator.chapter('14  iX Admin goes down, and comes back')
  const edo = { organization: 'acme', account: 'acme-edo' }
  const visitor = await Visitor.signIn(running, 'acme.edo')
  const pia = await (await Visitor.signIn(running, 'acme.pia')).exchange('customer-v2')
  const flows = await call(pia.token, 'GET', `${httpApi}/flows`)
  const [flow] = flows.body['flows'] as { id: string }[]
  const publish = async () => (await call(pia.token, 'POST', `${httpApi}/flows/${flow?.id}/publish`)).status
  narrator.expect('Pia, a Flow Publisher, publishes', 200, await publish())
  try {
    await orderFault(ixAdmin, { kind: 'down', forSeconds: 120 })
    narrator.expect('while it is down: publishing, which must be confirmed', 403, await publish())
    const why = await call(pia.token, 'GET', `${tokenService}/session/explain?permission=flows.publish`)
    narrator.say(
      `her roles are known from a moment ago (${codeOf(why.body)}), but nobody could confirm them for this request`,
    )
    const listed = await call(pia.token, 'GET', `${httpApi}/flows`)
    narrator.expect('while it is down: listing, which need not', 200, listed.status)

    const { accounts } = storesOf(running)
    const age = async () =>
      Date.now() - ((await accounts.readAccountAndOrganization(edo)).account?.confirmedAt ?? Date.now())
    const { value: ageMs } = await readUntil(age, (ms) => ms > confirmedForMs, { limitMs: 45_000 })
    const late = await visitor.exchange('customer-v2')
    narrator.say(
      `Edo's roles were confirmed ${Math.round(ageMs / 1000)} s ago: longer than the 30 s without a question`,
    )
    narrator.expect('while it is down: he gets a token of what is known, for up to 15 minutes', 200, late.status)
    narrator.expect(
      'and creates a flow',
      201,
      (await call(late.token, 'POST', `${httpApi}/flows`, { name: 'Late' })).status,
    )
  } finally {
    await orderFault(ixAdmin, { kind: 'none' })
  }
  const back = await readUntil(publish, (status) => status === 200)
  narrator.expect('when it is back: publishing', 200, back.value)
  narrator.say(`after ${(back.tookMs / 1000).toFixed(1)} s, with the token she has`)
}
