import {
  type AccountTruth,
  type DeskPermission,
  type DeskRole,
  permissions,
  roleNames,
  strongPermission,
} from './product.ts'
import { Random } from './random.ts'

/** Who and what there is. */
export const organizations = ['north', 'south', 'west'] as const
export type OrganizationName = (typeof organizations)[number]
/** `events`: statements with versions, pushed and pulled. `hints`: none have versions, events only say that something changed. */
export const sourceKinds: Readonly<Record<OrganizationName, 'events' | 'hints'>> = {
  north: 'events',
  south: 'hints',
  west: 'events',
}
export const accounts = ['ann', 'bob'] as const
export type AccountName = (typeof accounts)[number]
export const authorizers = 3
export const tokenMachines = 2
export const ingestMachines = 2

export interface Whom {
  readonly organization: OrganizationName
  readonly account: AccountName
}

export const sourceFaults = ['timeout', 'unavailable', 'garbage', 'partial', 'refused'] as const

/** Something that happens to the system at a moment. `at` and durations in milliseconds from the start. */
export type Step = { readonly at: number } & (
  | {
      readonly do: 'assign'
      readonly whom: Whom
      readonly status: AccountTruth['status']
      readonly roles: readonly DeskRole[]
      /** How long after the change each copy of its event arrives; none: it is lost. */
      readonly arrivals: readonly number[]
    }
  | {
      readonly do: 'organize'
      readonly organization: OrganizationName
      readonly change: 'night' | 'no-night' | 'archive' | 'default-full'
      readonly night: readonly DeskPermission[]
    }
  | {
      readonly do: 'request'
      readonly whom: Whom
      readonly permission: DeskPermission
      readonly authorizer: number
      /** Of the tokens that the account has, how many it has got since: 0 is the newest. */
      readonly age: number
    }
  | {
      readonly do: 'source-fault'
      readonly organization: OrganizationName
      readonly fault: (typeof sourceFaults)[number]
      readonly lasts: number
    }
  | { readonly do: 'cut-off'; readonly authorizer: number; readonly lasts: number }
  | {
      readonly do: 'die'
      readonly kind: 'token' | 'ingest' | 'admin'
      readonly machine: number
      readonly moments: number
    }
  | { readonly do: 'replay'; readonly whom: Whom }
  | { readonly do: 'reconcile'; readonly organization: OrganizationName }
)

export interface Plan {
  readonly seed: number
  readonly steps: readonly Step[]
  /** Of the machines, in milliseconds: token machines, ingest machines, authorizers, in this order. */
  readonly skews: readonly number[]
}

/** Clocks of two machines differ by at most twice this. */
const mostSkewMs = 2_400

const second = 1_000

/** A plan from a number. Most of it happens in a few seconds here and there: that is where races are. */
export function makePlan(seed: number): Plan {
  const random = new Random(seed)
  const long = random.chance(0.15)
  const horizon = (long ? 1_500 : random.pick([20, 60, 420])) * second
  const busy = Array.from({ length: random.whole(1, 4) }, () => random.whole(0, horizon))
  const moment = () =>
    random.chance(0.8)
      ? random.pick(busy) + random.whole(0, random.pick([400, 6 * second, 30 * second]))
      : random.whole(0, horizon)
  const whom = (): Whom => ({ organization: random.pick(organizations), account: random.pick(accounts) })
  const theme = random.pick(themes)
  const favourite = theme.among === undefined ? whom() : { ...whom(), organization: theme.among }
  const somebody = () => (random.chance(0.7) ? favourite : whom())
  const steps = Array.from({ length: random.whole(8, 44) }, () => ({
    at: moment(),
    ...makeStep(random, theme, somebody),
  }))
  steps.sort((one, other) => one.at - other.at)
  const machines = tokenMachines + ingestMachines + authorizers
  const skewed = random.chance(0.6)
  const skews = Array.from({ length: machines }, () => (skewed ? random.whole(-mostSkewMs, mostSkewMs) : 0))
  return { seed, steps: steps as readonly Step[], skews }
}

/** What a schedule is mostly about: how often each step is taken, out of the sum. */
interface Theme {
  readonly weights: Readonly<Record<Step['do'], number>>
  /** Where whoever it is mostly about belongs. */
  readonly among?: OrganizationName
  /** Roles that are always held. */
  readonly always: readonly DeskRole[]
  /** How many events are lost. */
  readonly lost: number
  /** How many requests are strong, beyond their share: each asks the source. */
  readonly strong: number
}

const usual = {
  request: 52,
  assign: 22,
  organize: 7,
  'source-fault': 5,
  'cut-off': 4,
  die: 7,
  replay: 1.5,
  reconcile: 1.5,
}

const themes: readonly Theme[] = [
  { weights: usual, always: [], lost: 0.15, strong: 0 },
  { weights: usual, always: [], lost: 0.15, strong: 0 },
  { weights: { ...usual, assign: 6, organize: 30, 'source-fault': 1 }, always: ['custom:night'], lost: 0.1, strong: 0 },
  {
    weights: { ...usual, assign: 30, organize: 1, 'source-fault': 1, 'cut-off': 1, die: 2 },
    among: 'south',
    always: [],
    lost: 0.6,
    strong: 0.4,
  },
]

type StepWithoutTime = Step extends infer Each ? (Each extends Step ? Omit<Each, 'at'> : never) : never

function makeStep(random: Random, theme: Theme, somebody: () => Whom): StepWithoutTime {
  switch (kindOf(random, theme)) {
    case 'request':
      return {
        do: 'request',
        whom: somebody(),
        permission: random.chance(theme.strong) ? strongPermission : random.pick(permissions),
        authorizer: random.whole(0, authorizers - 1),
        age: random.chance(0.7) ? 0 : random.whole(1, 3),
      }
    case 'assign':
      return {
        do: 'assign',
        whom: somebody(),
        status: random.chance(0.2) ? random.pick(['inactive', 'gone'] as const) : 'active',
        roles: [...new Set([...theme.always, ...random.some(roleNames, random.pick([0.15, 0.35, 0.6]))])],
        arrivals: arrivals(random, theme.lost),
      }
    case 'organize':
      return {
        do: 'organize',
        organization: somebody().organization,
        change: random.pick(['night', 'night', 'no-night', 'archive', 'default-full']),
        night: random.some(permissions, 0.5),
      }
    case 'source-fault': {
      const { organization } = somebody()
      const lasts = random.pick([2, 20, 90, 1_200]) * second
      return { do: 'source-fault', organization, fault: random.pick(sourceFaults), lasts }
    }
    case 'cut-off':
      return {
        do: 'cut-off',
        authorizer: random.whole(0, authorizers - 1),
        lasts: random.pick([1, 8, 40, 400]) * second,
      }
    case 'die': {
      const kind = random.pick(['token', 'ingest', 'admin'] as const)
      return { do: 'die', kind, machine: random.whole(0, 1), moments: random.whole(1, 12) }
    }
    case 'replay':
      return { do: 'replay', whom: somebody() }
    case 'reconcile':
      return { do: 'reconcile', organization: somebody().organization }
  }
}

function kindOf(random: Random, { weights }: Theme): Step['do'] {
  const kinds = Object.keys(weights) as Step['do'][]
  let left = random.next() * kinds.reduce((sum, kind) => sum + weights[kind], 0)
  for (const kind of kinds) {
    left -= weights[kind]
    if (left < 0) return kind
  }
  return 'request'
}

/** Events arrive in time, late, twice, or never. */
function arrivals(random: Random, lost: number): readonly number[] {
  if (random.chance(lost)) return []
  const one = () => (random.chance(0.7) ? random.whole(20, 900) : random.whole(1, random.pick([20, 200])) * second)
  return random.chance(0.25) ? [one(), one()] : [one()]
}
