import type { Catalog, CatalogLock, Permission, Policy, Qualifier, Role } from '@rolecast/core/domain/catalog/catalog'
import { compileCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { grantKeysOf } from '@rolecast/core/domain/catalog/grant-key'
import fc from 'fast-check'

/** Small random catalogs with every feature of the model: inclusions, ceilings, qualifiers, gates, features, policies. */

/** Names that are also members of Object.prototype are there on purpose. */
const permissionNames = ['a.view', 'a.edit', 'b/run', 'constructor', 'c.x', 'd.y', 'e.z', 'toString']
const roleNames = ['viewer', 'editor', 'owner', 'read_only', 'constructor', 'extra', 'guest']
const featureNames = ['reports', 'voice']
const qualifierTable: Readonly<Record<string, Qualifier>> = {
  draft: { title: 'Drafts', attribute: 'state', equals: 'draft' },
  own: { title: 'Own', attribute: 'owner', account: true },
  queues: { title: 'My queues', attribute: 'queue', within: 'queues' },
}

const policies: fc.Arbitrary<Policy> = fc.record({
  base: cardinalities(),
  additional: cardinalities(),
  empty: fc.constantFrom('no_access', 'full_access', 'forbidden'),
  assignmentTakesEffect: fc.constantFrom('next_access', 'next_sign_in', 'immediately'),
  definitionTakesEffect: fc.constantFrom('next_access', 'next_sign_in', 'immediately'),
  customRoles: fc.constantFrom('none', 'grants', 'gates'),
  customRoleDeletion: fc.constantFrom('holders_lose_it', 'holders_fall_back_to_empty'),
  mayAssign: fc.constant('an administrator'),
  mayDefine: fc.constant(null),
})

function cardinalities(): fc.Arbitrary<Policy['base']> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant({ min: 0, max: null }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom({ min: 1, max: 1 }, { min: 0, max: 1 }, { min: 0, max: 2 }, { min: 1, max: null }),
    },
  )
}

/** `undefined` once in `frequency`. */
const sometimes = <T>(arbitrary: fc.Arbitrary<T>, frequency = 2) =>
  fc.option(arbitrary, { nil: undefined, freq: frequency })
/** Leaves out members that are `undefined`: `exactOptionalPropertyTypes` tells the two apart. */
const compact = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))

const permissions: fc.Arbitrary<Catalog['permissions']> = fc
  .uniqueArray(fc.constantFrom(...permissionNames), { minLength: 1 })
  .chain((keys) =>
    fc.tuple(
      ...keys.map((key) =>
        fc
          .record({
            section: fc.constantFrom('one', 'two'),
            feature: sometimes(fc.constantFrom(...featureNames)),
            qualifiers: sometimes(fc.subarray(Object.keys(qualifierTable), { minLength: 1 })),
            gated: sometimes(fc.constant(true)),
          })
          .map((drawn): [string, Permission] => [
            key,
            { title: `Permission ${key}`, description: '', section: drawn.section, ...compact(drawn) },
          ]),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries))

function rolesOver(all: Catalog['permissions']): fc.Arbitrary<Catalog['roles']> {
  const grantKeys = Object.entries(all).flatMap(([key, { qualifiers = [] }]) => [
    key,
    ...qualifiers.map((qualifier) => `${key}[${qualifier}]`),
  ])
  return fc
    .uniqueArray(fc.constantFrom(...roleNames), { minLength: 1 })
    .chain((keys) =>
      fc.tuple(
        ...keys.map((key, position) =>
          fc
            .record({
              kind: fc.constantFrom('base', 'additional', 'system'),
              level: fc.constantFrom('system', 'organization'),
              // Only to roles before it: no cycle. The shuffle of `keys` makes the graph a random one.
              includes: sometimes(fc.subarray(keys.slice(0, position))),
              grants: fc.uniqueArray(fc.constantFrom(...grantKeys), { maxLength: 4 }),
              ceiling:
                key === 'read_only' || key === 'guest'
                  ? sometimes(fc.subarray(Object.keys(all)))
                  : fc.constant(undefined),
            })
            .map((drawn): [string, Role] => [
              key,
              {
                title: `Role ${key}`,
                description: '',
                kind: drawn.kind as Role['kind'],
                level: drawn.level as Role['level'],
                grants: drawn.grants,
                ...(drawn.includes === undefined ? {} : { includes: drawn.includes }),
                ...(drawn.ceiling === undefined ? {} : { ceiling: drawn.ceiling }),
              },
            ]),
        ),
      ),
    )
    .map((entries) => Object.fromEntries(entries))
}

/** A random catalog that `checkCatalog` has nothing against, without routes. */
export const arbitraryCatalog: fc.Arbitrary<Catalog> = permissions.chain((all) =>
  fc.record({ roles: rolesOver(all), policy: policies }).map(({ roles, policy }) => ({
    application: 'app',
    title: 'App',
    sections: { one: { title: 'One', description: '' }, two: { title: 'Two', description: '' } },
    features: Object.fromEntries(featureNames.map((name) => [name, { title: name, description: '' }])),
    qualifiers: qualifierTable,
    permissions: all,
    roles,
    policy,
    conflicts: [],
    routes: {},
  })),
)

/** A lock file as years of changes leave it: numbers in any order, retired ones between, several epochs. */
export function arbitraryLock(catalog: Catalog): fc.Arbitrary<CatalogLock> {
  const keys = grantKeysOf(catalog)
  const retired = ['gone.one', 'gone.two', ...keys.slice(0, 1)].map((key) => ({ key, retired: 1 }))
  return fc
    .tuple(
      fc.shuffledSubarray(
        keys.map((key) => ({ key })),
        { minLength: keys.length },
      ),
      fc.subarray(retired),
      fc.nat(),
    )
    .map(([active, gone, seed]) => {
      const at = seed % (active.length + 1)
      const numbers = [...active.slice(0, at), ...gone, ...active.slice(at)]
      return {
        application: catalog.application,
        epochs: [Math.min(at + gone.length, numbers.length), numbers.length],
        numbers,
      }
    })
}

/** A random catalog put together with a random lock file. */
export const arbitraryCompiledCatalog: fc.Arbitrary<CompiledCatalog> = arbitraryCatalog.chain((catalog) =>
  arbitraryLock(catalog).map((lock) => compileCatalog(catalog, lock)),
)
