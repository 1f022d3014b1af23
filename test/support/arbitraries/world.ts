import type { ApplicationSettings, CustomRole } from '@rolecast/core/domain/assignment/organization'
import type { UnknownReason } from '@rolecast/core/domain/assignment/state'
import type { AccountRecord, RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { grantKeysOf } from '@rolecast/core/domain/catalog/grant-key'
import type { Facts } from '@rolecast/core/domain/grant/decide'
import fc from 'fast-check'

/** Everything a decision depends on besides the catalog, as the outside knows it: nothing of it is translated yet. */
export interface World {
  readonly record: AccountRecord | undefined
  /** How the latest pull failed, where it did. */
  readonly failure: UnknownReason | undefined
  readonly now: number
  readonly maxAgeMs: number
  readonly settings: ApplicationSettings
  /** Definitions that exist, held or not, of this application and of others. */
  readonly customRoles: readonly CustomRole[]
  readonly permission: string
  readonly facts: Facts | undefined
}

export const organization = 'acme'
export const account = 'ann'
export const now = 1_800_000_000_000
export const maxAgeMs = 900_000

const customIds = ['c1', 'c2', 'c3']
const resources = ['r1', 'r2']
/** `undefined` once in `frequency`. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, frequency: number) =>
  fc.option(arbitrary, { nil: undefined, freq: frequency })
/** Leaves out members that are `undefined`: `exactOptionalPropertyTypes` tells the two apart. */
const compact = <T extends object>(value: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never

export const arbitrarySettings = (catalog: Catalog): fc.Arbitrary<ApplicationSettings> =>
  fc.record({ features: fc.subarray(Object.keys(catalog.features)), defaultFull: fc.boolean() })

export function arbitraryCustomRoles(catalog: Catalog): fc.Arbitrary<readonly CustomRole[]> {
  const grantKeys = [...grantKeysOf(catalog), 'gone.one']
  const { customRoles } = catalog.policy
  return fc.subarray(customIds).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            application: fc.constantFrom(catalog.application, catalog.application, catalog.application, 'other'),
            // Definitions that do not fit the policy are possible in a store: they must bring nothing.
            grants:
              customRoles === 'gates'
                ? sometimes(fc.subarray(grantKeys), 2)
                : fc.uniqueArray(fc.constantFrom(...grantKeys), { maxLength: 4 }),
            gates: customRoles === 'grants' ? sometimes(fc.subarray(resources), 2) : fc.subarray(resources),
          })
          .map(({ application, grants, gates }) => ({
            organization,
            application,
            id,
            title: `Custom ${id}`,
            description: '',
            grants: grants ?? [],
            gates: gates ?? [],
            revision: 1,
          })),
      ),
    ),
  )
}

/** Roles as a source may assign them: mostly known, in any order, with repetitions, some deleted, some unknown. */
export function arbitraryAssignments(catalog: Catalog): fc.Arbitrary<readonly RoleAssignment[]> {
  const known = Object.keys(catalog.roles)
  const here = fc.oneof(
    ...(known.length === 0 ? [] : [{ weight: 12, arbitrary: fc.constantFrom(...known) }]),
    { weight: 4, arbitrary: fc.constantFrom(...customIds.map((id) => `custom:${id}`)) },
    { weight: 1, arbitrary: fc.constantFrom('ghost', 'valueOf', 'custom:', 'custom:toString') },
  )
  const assignment = fc.oneof(
    { weight: 8, arbitrary: here.map((role) => ({ application: catalog.application, role })) },
    { weight: 1, arbitrary: here.map((role) => ({ application: 'other', role })) },
  )
  return fc.array(assignment, { maxLength: 4 })
}

function arbitraryRecord(catalog: Catalog): fc.Arbitrary<AccountRecord> {
  return fc.record({
    organization: fc.constant(organization),
    account: fc.constant(account),
    version: fc.integer({ min: 1, max: 9 }),
    status: often('active' as const, 'inactive' as const),
    roles: arbitraryAssignments(catalog),
    occurredAt: fc.constant(now - 1_000_000),
    confirmedAt: often(now - 1_000, now - maxAgeMs - 1, now - maxAgeMs, now + 3_600_000),
  })
}

/** Facts about the attributes and lists that the catalog's qualifiers ask for, with values that may fit or be missing. */
function arbitraryFacts(catalog: Catalog): fc.Arbitrary<Facts | undefined> {
  const rules = Object.values(catalog.qualifiers)
  const values = new Map<string, string[]>()
  for (const rule of rules) {
    const fitting = 'equals' in rule ? [rule.equals, 'other'] : 'account' in rule ? [account, 'bob'] : ['q1', 'q2']
    values.set(rule.attribute, [...(values.get(rule.attribute) ?? []), ...fitting])
  }
  const attributes = fc.record(
    Object.fromEntries([...values].map(([attribute, of]) => [attribute, sometimes(fc.constantFrom(...of), 4)])),
  )
  const listNames = rules.flatMap((rule) => ('within' in rule ? [rule.within] : []))
  const resource = fc
    .record({
      attributes: attributes.map((drawn) => compact(drawn) as Record<string, string>),
      id: sometimes(fc.constantFrom(...resources), 5),
      secured: sometimes(fc.boolean(), 5),
    })
    .map((drawn) => ({ attributes: drawn.attributes, ...compact({ id: drawn.id, secured: drawn.secured }) }))
  const lists = fc
    .record(Object.fromEntries(listNames.map((name) => [name, sometimes(fc.subarray(['q1', 'q2']), 6)])))
    .map((drawn) => compact(drawn) as Record<string, readonly string[]>)
  const facts = fc
    .record({ resource: sometimes(resource, 8), lists: sometimes(lists, 6) })
    .map((drawn): Facts => ({ account, ...compact(drawn) }))
  return sometimes(facts, 8)
}

/** A random world for one catalog. */
export function arbitraryWorld(catalog: Catalog): fc.Arbitrary<World> {
  return fc.record({
    record: sometimes(arbitraryRecord(catalog), 20),
    failure: often<UnknownReason | undefined>(undefined, 'not_found', 'source_timeout', 'source_garbage'),
    now: fc.constant(now),
    maxAgeMs: fc.constant(maxAgeMs),
    settings: arbitrarySettings(catalog),
    customRoles: arbitraryCustomRoles(catalog),
    permission: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...Object.keys(catalog.permissions)) },
      { weight: 1, arbitrary: fc.constantFrom('gone.one', 'hasOwnProperty') },
    ),
    facts: arbitraryFacts(catalog),
  })
}

/** `usual` about twelve times as often as all others together. */
function often<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
}
