import { setTimeout as pause } from 'node:timers/promises'
import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { type Administrator, changeRoles } from '../../infra/local/ix-admin/administrator.ts'
import type { Running } from '../../infra/local/running.ts'
import { list, show } from '../../scripts/parked-commands.ts'
import { orderFault, putEvent, readUntil, storesOf } from '../support/running-system.ts'
import type { Narrator } from './narrator.ts'
import { call, Visitor } from './people.ts'

const organization = 'globex'
const accounts = ['globex-probe-5', 'globex-probe-6', 'globex-probe-7']
const styles = ['duplicate', 'reorder', 'delay', 'duplicate'] as const
const viewer: RoleAssignment = { application: 'customer-v2', role: 'flow_viewer' }
const editor: RoleAssignment = { application: 'customer-v2', role: 'flow_editor' }
/** What the accounts hold in turn; the last is what they keep. Nobody is ever a publisher. */
const turns = [[], [viewer], [viewer, editor], [editor], [], [editor], [viewer, editor], [viewer]]

/** Changes whose events come twice, late, and in the wrong order; and one that nobody can read. */
export async function tellStorm(running: Running, narrator: Narrator): Promise<void> {
  const stores = storesOf(running)
  const { urls } = running
  const administrator = { url: urls.ixAdmin, ...running.adminClient, actingAccount: 'globex-olga' }
  const recordOf = async (account: string) =>
    (await stores.accounts.readAccountAndOrganization({ organization, account })).account

  narrator.chapter('8  A storm of events: twice, late, in the wrong order')
  const { token } = await (await Visitor.signIn(running, 'globex.probe-5')).exchange('customer-v2')
  const publish = async () => (await call(token, 'POST', `${urls.httpApi}/flows/1/publish`)).status
  const looked = await look(recordOf)
  const storm = { over: false }
  const watched = watch(recordOf, storm)
  const said = await Promise.all(accounts.map((account) => changeAll(administrator, account)))
  await orderFault(urls.ixAdmin, { kind: 'none' })
  narrator.say(
    `${accounts.length * turns.length} changes in iX Admin; their events were duplicated, held back and reordered on the way`,
  )
  narrator.expect('publishing, which nobody was given, during the storm', 403, await publish())
  const agrees = async () => {
    const records = await Promise.all(accounts.map(recordOf))
    return records.every((record, place) => record !== undefined && asText(record) === said[place]?.at(-1))
  }
  const settled = await readUntil(agrees, (value) => value)
  narrator.expect('the table says what iX Admin says', true, settled.value)
  // What is still on its way is old by now, and must change nothing.
  await pause(1_000)
  storm.over = true
  const seen = await watched
  narrator.expect('and still does when the last late event has come', true, await agrees())
  const stated = said.flatMap((each, place) => each.map((text) => `${accounts[place]} ${text}`))
  const known = new Set([...stated, ...looked.map(({ state }) => state)])
  const made = [...seen.states].filter((state) => !known.has(state))
  narrator.expect('states of the table meanwhile that iX Admin never stated', 0, made.length)
  narrator.expect('steps back to an older version', 0, seen.stepsBack)
  narrator.say(
    `${seen.looks} looks at the table, ${seen.states.size} different states: late ones were skipped, never taken back`,
  )
}

/** Every account takes its turns beside the others. Gives what iX Admin stated, as text, in its order. */
async function changeAll(administrator: Administrator, account: string): Promise<readonly string[]> {
  const said: string[] = []
  for (const [turn, roles] of turns.entries()) {
    const style = styles[turn % styles.length]
    await orderFault(administrator.url, { kind: 'events', style, organization, account, delayMs: 600, forSeconds: 30 })
    const version = await changeRoles(administrator, { organization, account }, () => roles)
    said.push(asText({ version, roles }))
  }
  return said
}

interface Stated {
  readonly version: number
  readonly roles: readonly RoleAssignment[]
}

function asText({ version, roles }: Stated): string {
  return `${version}: ${roles
    .map(({ role }) => role)
    .sort()
    .join(' ')}`
}

type Read = (account: string) => Promise<Stated | undefined>

/** What the table says now of every account that it knows. */
async function look(recordOf: Read) {
  const records = await Promise.all(accounts.map(recordOf))
  return records.flatMap((record, place) => {
    const account = accounts[place] ?? ''
    return record === undefined ? [] : [{ account, version: record.version, state: `${account} ${asText(record)}` }]
  })
}

/** Looks until the storm is over. */
async function watch(recordOf: Read, storm: { readonly over: boolean }) {
  const states = new Set<string>()
  const newest = new Map<string, number>()
  let [looks, stepsBack] = [0, 0]
  while (!storm.over) {
    for (const { account, version, state } of await look(recordOf)) {
      if (version < (newest.get(account) ?? 0)) stepsBack += 1
      newest.set(account, version)
      states.add(state)
    }
    looks += 1
    await pause(30)
  }
  return { states, looks, stepsBack }
}

/** An event that cannot be applied waits for a person, and nothing waits for it. */
export async function tellPoison(running: Running, narrator: Narrator): Promise<void> {
  const { parked, accounts: stored } = storesOf(running)
  const administrator = { url: running.urls.ixAdmin, ...running.adminClient, actingAccount: 'globex-olga' }
  const key = { organization, account: 'globex-probe-6' }
  // Commands that only look: they are never asked to put something into a queue.
  const unasked = () => Promise.reject(new Error('nothing is to be replayed'))
  const queues = { send: unasked, readDeadLetters: unasked, redrive: unasked }
  const commands = { parked, queues, say: (line: string) => narrator.say(line) }
  const ids = async () => (await parked.listParked({ limit: 100 })).map(({ id }) => id)

  narrator.chapter('9  An event that cannot be applied')
  const before = new Set(await ids())
  const put = await putEvent(running, { organization, account: key.account, roles: 'everything', version: 'newest' })
  narrator.expect('the bus takes an event that follows no contract', 200, put.status)
  const version = await changeRoles(administrator, key, () => [editor])
  const applied = await readUntil(
    async () => (await stored.readAccountAndOrganization(key)).account?.version,
    (value) => value === version,
  )
  narrator.expect('a change behind it reaches the table all the same, as version', version, applied.value)
  const found = await readUntil(
    async () => (await ids()).filter((id) => !before.has(id)),
    (value) => value.length > 0,
  )
  narrator.expect('events that are parked for it', 1, found.value.length)
  narrator.say('npm run parked -- list')
  await list(commands, { limit: 1 })
  narrator.say('npm run parked -- show <id>')
  const [id = ''] = found.value
  await show(commands, id)
  await parked.dropParked(id)
  narrator.say('npm run parked -- drop <id>: it is of no use to anybody, and gone')
  await changeRoles(administrator, key, () => [viewer])
}
