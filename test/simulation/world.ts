import type { IdentityAdmin, Subject } from '@rolecast/core/application/ports'
import type { IdentityEvent } from '@rolecast/core/domain/assignment/identity-event'
import type { AccountKey } from '@rolecast/core/domain/assignment/statement'
import { type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { organize } from './administrator.ts'
import { type AuthorizerMachine, startAuthorizer } from './authorizer-machine.ts'
import type { Era } from './history.ts'
import { eventSources, ingest } from './ingest.ts'
import { Machine, noAnswer, within } from './machine.ts'
import type { Decision, Trouble } from './oracle.ts'
import { PaperTokens } from './paper-tokens.ts'
import {
  authorizers,
  ingestMachines,
  type OrganizationName,
  organizations,
  type Plan,
  type Step,
  sourceKinds,
  tokenMachines,
  type Whom,
} from './plan.ts'
import { type AccountTruth, routes } from './product.ts'
import { Random } from './random.ts'
import { reconcile } from './reconcile-machine.ts'
import { Source } from './source.ts'
import { Table } from './table.ts'
import { startTokenMachine, type TokenMachine } from './token-machine.ts'
import { VirtualTime } from './virtual-time.ts'

/** What a caller waits for the token service, and a queue for a function that takes a message, in milliseconds. */
const exchangeDeadlineMs = 3_000
const redeliveryMs = 15_000
/** A machine that died is replaced after this long; what it held in memory is gone. */
const replacementMs = 50

type Of<Kind extends Step['do']> = Extract<Step, { readonly do: Kind }>

/** Sources, bus, table, token machines, authorizers and clients, each with its own clock, in one virtual time. */
export class World {
  readonly time = new VirtualTime()
  readonly decisions: Decision[] = []
  readonly sources: ReadonlyMap<OrganizationName, Source>
  readonly table: Table
  readonly #plan: Plan
  readonly #tokens = new PaperTokens()
  readonly #tokenMachines: TokenMachine[] = []
  readonly #ingestMachines: Machine[] = []
  readonly #authorizers: AuthorizerMachine[] = []
  readonly #wallets = new Map<string, string[]>()
  readonly #sourceTroubles = new Map<OrganizationName, Trouble[]>()
  readonly #networkTroubles: Trouble[][] = Array.from({ length: authorizers }, () => [])
  readonly #otherTroubles: Trouble[] = []
  /** Messages that are not yet done with. */
  #underWay = 0
  #salt = 0
  /** Accounts of whose last change no event tells. */
  readonly #untold = new Set<string>()
  /** Moments that the next administrator's tool has. */
  #administratorDies = Number.POSITIVE_INFINITY

  constructor(plan: Plan) {
    this.#plan = plan
    this.sources = new Map(organizations.map((name) => [name, new Source(name, this.time)]))
    this.table = new Table(this.time, this.sources)
  }

  get messagesUnderWay(): number {
    return this.#underWay
  }

  async start(): Promise<void> {
    await this.table.addOrganizations()
    this.table.observe()
    for (let at = 0; at < tokenMachines; at += 1) this.#startTokenMachine(at)
    for (let at = 0; at < ingestMachines; at += 1) this.#ingestMachines.push(this.machine(tokenMachines + at))
    for (let at = 0; at < authorizers; at += 1) this.#startAuthorizer(at)
    for (const step of this.#plan.steps) this.time.at(this.time.now() + step.at, () => this.#take(step))
  }

  /** Whether an event told of the last change of an account. */
  readonly wasTold = (account: AccountKey): boolean => !this.#untold.has(nameOf(account))

  /** Everything works again, and stays so. */
  heal(): void {
    for (const source of this.sources.values()) source.recover()
  }

  /** Reconciles an organization with its source, on a machine that is not meant to die. */
  reconcile(organization: OrganizationName): Promise<void> {
    const machine = this.machine(tokenMachines)
    const identityAdmin = this.identityAdmin(machine)
    return reconcile(organization, { time: this.time, machine, table: this.table, identityAdmin })
  }

  /** A machine with the clock of the plan's n-th. */
  machine(number: number): Machine {
    return new Machine({ time: this.time, random: this.random(), skewMs: this.#plan.skews[number] ?? 0 })
  }

  random(): Random {
    return new Random(this.#plan.seed, ++this.#salt)
  }

  /** The central sources as one machine reaches them. */
  identityAdmin(machine: Machine): IdentityAdmin {
    const seen = new Map(
      [...this.sources].map(([name, source]) => {
        const onTimeout = () => this.#trouble(this.#sourceTroublesOf(name), 2_000)
        return [name as string, source.seenFrom(machine, this.random(), onTimeout)]
      }),
    )
    const of = (organization: string) => seen.get(organization) as IdentityAdmin
    return {
      readAccount: (key, options) => of(key.organization).readAccount(key, options),
      listAccounts: (organization, options) => of(organization).listAccounts(organization, options),
    }
  }

  #startTokenMachine(at: number): void {
    const machine = this.machine(at)
    const parts = { machine, table: this.table, tokens: this.#tokens, identityAdmin: this.identityAdmin(machine) }
    this.#tokenMachines[at] = startTokenMachine(parts)
  }

  #startAuthorizer(at: number): void {
    const skewMs = this.#plan.skews[tokenMachines + ingestMachines + at] ?? 0
    const random = this.random()
    this.#authorizers[at] = startAuthorizer({
      clock: () => this.time.now() + skewMs,
      tokens: this.#tokens,
      network: {
        exchange: (token, age) => this.#overNetwork(at, random, (service) => service.exchange(token, age)),
        fetchChanges: async (after) => {
          const page = await this.#overNetwork(at, random, (service) => service.readChanges(after))
          if (!page.ok) throw new Error(page.refusal.code)
          return page.value
        },
      },
    })
  }

  async #overNetwork<T>(
    authorizer: number,
    random: Random,
    ask: (service: TokenMachine) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const cutOff = () => this.#networkTroubles[authorizer]?.some(({ until }) => until > this.time.now()) === true
    const asked = async (): Promise<Outcome<T>> => {
      await this.time.pass(random.whole(1, 20))
      if (cutOff()) return refuse('token_service_unavailable')
      const answer = await ask(random.pick(this.#tokenMachines))
      await this.time.pass(random.whole(1, 20))
      return answer
    }
    const startedAt = this.time.now()
    const answer = await within(this.time, exchangeDeadlineMs, asked())
    if (answer !== noAnswer && answer.ok) return answer
    if (answer === noAnswer) {
      const trouble = { since: startedAt, until: this.time.now() }
      this.#otherTroubles.push(trouble)
      this.#networkTroubles[authorizer]?.push(trouble)
    }
    return answer === noAnswer ? refuse('token_service_unavailable') : answer
  }

  #take(step: Step): void {
    switch (step.do) {
      case 'assign':
        this.#assign(step)
        break
      case 'organize':
        this.#organize(step)
        break
      case 'request':
        void this.#request(step)
        break
      case 'source-fault':
        this.sources.get(step.organization)?.fail(step.fault, step.lasts)
        this.#trouble(this.#sourceTroublesOf(step.organization), step.lasts)
        break
      case 'cut-off':
        this.#trouble(this.#networkTroubles[step.authorizer] ?? [], step.lasts)
        break
      case 'die':
        this.#die(step)
        break
      case 'replay':
        this.#replay(step.whom)
        break
      case 'reconcile':
        void this.reconcile(step.organization)
    }
  }

  #organize(step: Of<'organize'>): void {
    const machine = this.machine(0)
    machine.dieAfter(this.#administratorDies, () => undefined)
    this.#administratorDies = Number.POSITIVE_INFINITY
    void organize(this.table.seenFrom(machine), step)
  }

  #assign({ whom, status, roles, arrivals }: Of<'assign'>): void {
    const era = this.sources.get(whom.organization)?.assign(whom.account, { status, roles })
    // No statement can say that an account is gone.
    const told = arrivals.length > 0 && (status !== 'gone' || sourceKinds[whom.organization] === 'hints')
    if (told) this.#untold.delete(nameOf(whom))
    else this.#untold.add(nameOf(whom))
    if (era !== undefined) for (const after of arrivals) this.#tell(whom, era, after)
  }

  /** All events of the account so far, once more, in any order. */
  #replay(whom: Whom): void {
    const random = this.random()
    const eras = this.sources.get(whom.organization)?.histories.get(whom.account)?.eras ?? []
    for (const era of eras) this.#tell(whom, era, random.whole(1, 3_000))
  }

  /** What reaches the bus of one change: the statement, or that something changed, of the account or of anybody there. */
  #tell(whom: Whom, era: Era<AccountTruth>, after: number): void {
    const { organization, account } = whom
    const digest = `${organization}-${account}-${era.version}`
    const told = { eventId: digest, digest, occurredAt: era.since }
    const statement = this.sources.get(organization)?.statementOf(account, era)
    if (sourceKinds[organization] === 'hints') {
      const about = era.version % 4 === 0 ? { organization } : { organization, account }
      this.#deliver({ ...told, kind: 'hinted', source: eventSources.hinted, ...about }, after)
    } else if (statement?.version !== undefined) {
      this.#deliver({ ...told, kind: 'stated', source: eventSources.stated, statement }, after)
    }
  }

  /** A queue: a message that is not done with comes again. */
  #deliver(event: IdentityEvent, after: number): void {
    const random = this.random()
    this.#underWay += 1
    const attempt = async (receivedAt: number): Promise<void> => {
      const machine = random.pick(this.#ingestMachines)
      const onRefused = (code: string) => void this.table.faults.push(`an event of a sound source was refused: ${code}`)
      const identityAdmin = this.identityAdmin(machine)
      const parts = { machine, stores: this.table.seenFrom(machine), identityAdmin, onRefused }
      const done = await within(this.time, redeliveryMs, ingest(event, receivedAt, parts))
      if (done !== true) this.time.at(this.time.now() + redeliveryMs, () => void attempt(receivedAt))
      else this.#underWay -= 1
    }
    this.time.at(this.time.now() + after, () => void attempt(this.time.now()))
  }

  #die({ kind, machine, moments }: Of<'die'>): void {
    const lasts = 4_000
    this.#trouble(this.#otherTroubles, lasts)
    if (kind === 'admin') this.#administratorDies = moments
    const victim = kind === 'token' ? this.#tokenMachines[machine]?.machine : this.#ingestMachines[machine]
    if (victim === undefined || kind === 'admin') return
    victim.dieAfter(moments, () => {
      this.time.at(this.time.now() + replacementMs, () => {
        if (kind === 'token') this.#startTokenMachine(machine)
        else this.#ingestMachines[machine] = this.machine(tokenMachines + machine)
      })
    })
  }

  #trouble(troubles: Trouble[], lasts: number): void {
    troubles.push({ since: this.time.now(), until: this.time.now() + lasts })
  }

  #sourceTroublesOf(organization: OrganizationName): Trouble[] {
    const troubles = this.#sourceTroubles.get(organization) ?? []
    this.#sourceTroubles.set(organization, troubles)
    return troubles
  }

  async #request({ whom, permission, authorizer, age }: Of<'request'>): Promise<void> {
    const token = await this.#tokenOf(whom, age)
    if (token === undefined) return
    const startedAt = this.time.now()
    const code = await this.#authorizers[authorizer]?.decide(token, routes[permission])
    const { organization, account } = whom
    this.decisions.push({
      organization,
      account,
      permission,
      startedAt,
      endedAt: this.time.now(),
      ...(code === undefined ? {} : { code }),
      accountEras: this.sources.get(organization)?.histories.get(account)?.eras ?? [],
      organizationEras: this.table.histories.get(organization)?.eras ?? [],
      sourceTroubles: this.#sourceTroublesOf(organization),
      networkTroubles: this.#networkTroubles[authorizer] ?? [],
      otherTroubles: this.#otherTroubles,
    })
  }

  /** One of the account's tokens that has not ended; a new one where there is none. */
  async #tokenOf(whom: Whom, age: number): Promise<string | undefined> {
    const name = nameOf(whom)
    const valid = (this.#wallets.get(name) ?? []).filter(
      (token) => this.#tokens.expiresAt(token) > this.time.now() + 5_000,
    )
    const youngest = valid[0]
    const random = this.random()
    const renew = youngest === undefined || (age === 0 && random.chance(0.2))
    if (!renew) return valid[Math.min(age, valid.length - 1)]
    const signIn = this.#tokens.signIn(subjectOf(whom, this.time.now()))
    const answer = await within(this.time, exchangeDeadlineMs, random.pick(this.#tokenMachines).exchange(signIn))
    if (answer === noAnswer || !answer.ok) return youngest
    this.#wallets.set(name, [answer.value, ...valid].slice(0, 4))
    return answer.value
  }
}

function nameOf({ organization, account }: AccountKey): string {
  return `${organization}/${account}`
}

function subjectOf({ organization, account }: Whom, now: number): Subject {
  return {
    issuer: `https://login.${organization}.example`,
    subject: account,
    organization,
    clientId: 'front-end',
    expiresAt: Math.floor(now / 1_000) + 3_600,
  }
}
