import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { type GrantReference, readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { type DecisionIndex, indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import type { CarriedClaims, GrantHolder } from './held-grant.ts'
import { VerifiedGrant } from './verified-grant.ts'

/** A context that has been read: who holds the grant, and the grant or where it is kept. */
export interface ReadContext {
  readonly holder: GrantHolder
  readonly carried: CarriedClaims
  readonly grant?: Grant
  readonly reference?: GrantReference
}

/**
 * Reads an authorizer context of an HTTP API (types kept) or a REST API (everything a string). Anything that
 * `writeGrantContext` would not have written is refused with `invalid_context`; a grant past its `expiresAt` with
 * `expired`, another application's with `wrong_audience`, the claim as in a token. `now` is epoch seconds.
 */
export function readGrantContext(value: unknown, catalog: DecisionCatalog, now: number): Outcome<ReadContext> {
  if (typeof value !== 'object' || value === null) return invalid('context')
  const context = value as Readonly<Record<string, unknown>>
  for (const name of ['account', 'organization', 'client']) if (!isText(context[name])) return invalid(name)
  if (context['scope'] !== undefined && !isText(context['scope'])) return invalid('scope')
  if (context['application'] !== catalog.application) return refuse('wrong_audience', { expected: catalog.application })
  const times = ['issuedAt', 'confirmedAt', 'expiresAt'].map((name) => readWhole(context[name]))
  const [issuedAt, confirmedAt, expiresAt] = times
  if (issuedAt === undefined || confirmedAt === undefined || expiresAt === undefined) return invalid('times')
  if (expiresAt <= now) return refuse('expired', { expiredAt: expiresAt })
  if (!isText(context['revision'])) return invalid('revision')
  const revision = context['revision'].split('.').map(readWhole)
  const [account, organization] = revision
  if (revision.length !== 2 || account === undefined || organization === undefined) return invalid('revision')
  const gts = readGates(context['gates'])
  if (gts === null) return invalid('gates')
  const claims = { prm: context['prm'], dfl: context['dfl'], gts }
  const read = readGrantClaims(claims, catalog.application, catalog.epochs)
  if (!read.ok) return read
  const full = 'grant' in read.value && read.value.grant.kind === 'full'
  const said = context['defaultFull']
  if (said !== full && said !== `${full}`) return invalid('defaultFull')
  return accept({
    holder: {
      account: context['account'] as string,
      organization: context['organization'] as string,
      client: context['client'] as string,
      scope: context['scope'] as string | undefined,
      issuedAt,
      confirmedAt,
      expiresAt,
      revision: [account, organization],
    },
    carried: claims as CarriedClaims,
    ...read.value,
  })
}

const indexes = new WeakMap<DecisionCatalog, DecisionIndex>()

function indexOf(catalog: DecisionCatalog): DecisionIndex {
  const known = indexes.get(catalog)
  if (known !== undefined) return known
  const index = indexCatalog(catalog)
  indexes.set(catalog, index)
  return index
}

/**
 * The grant behind an authorizer context, refused as in `readGrantContext`, and with `unresolved_reference` where the
 * grant is kept outside the token (the middleware resolves it).
 */
export function grantFromContext<PermissionKey extends string>(
  context: unknown,
  catalog: DecisionCatalog<PermissionKey>,
  now: number = Math.floor(Date.now() / 1000),
): Outcome<VerifiedGrant<PermissionKey>> {
  const read = readGrantContext(context, catalog, now)
  if (!read.ok) return read
  const { grant } = read.value
  if (grant === undefined) return refuse('unresolved_reference', { reason: 'not_fetched' })
  return accept(grantOfContext(read.value, grant, catalog))
}

/** The grant of a context that has been read, its reference (if any) resolved. */
export function grantOfContext<PermissionKey extends string>(
  { holder, carried }: ReadContext,
  grant: Grant,
  catalog: DecisionCatalog<PermissionKey>,
): VerifiedGrant<PermissionKey> {
  return new VerifiedGrant<PermissionKey>(indexOf(catalog), { holder, grant, carried })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A whole number, or its one decimal text. */
function readWhole(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined
}

/** `undefined`: none; `null`: not JSON as it was written. What it holds is checked with the claim. */
function readGates(value: unknown): unknown {
  if (value === undefined) return undefined
  if (typeof value !== 'string') return null
  try {
    const gates: unknown = JSON.parse(value)
    return JSON.stringify(gates) === value ? gates : null
  } catch {
    return null
  }
}

function invalid(part: string) {
  return refuse('invalid_context', { part })
}
