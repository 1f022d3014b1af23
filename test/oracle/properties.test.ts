import { fc, test } from '@fast-check/vitest'
import { applyStatement } from '@rolecast/core/domain/assignment/apply-statement'
import { deriveState } from '@rolecast/core/domain/assignment/derive-state'
import type { ApplicationSettings, CustomRole } from '@rolecast/core/domain/assignment/organization'
import type { AssignmentState, UnknownReason } from '@rolecast/core/domain/assignment/state'
import type { AccountRecord, AccountStatement } from '@rolecast/core/domain/assignment/statement'
import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { appendToLock } from '@rolecast/core/domain/catalog/lock'
import { afterFailedPull } from '@rolecast/core/domain/freshness/policy'
import { decide, decideOnRoute, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { evaluate } from '@rolecast/core/domain/grant/evaluate'
import { numbersIn } from '@rolecast/core/domain/grant/permission-set'
import { describe, expect, vi } from 'vitest'
import { arbitraryCatalog, arbitraryCompiledCatalog } from '../support/arbitraries/catalog.ts'
import {
  account,
  arbitraryAssignments,
  arbitraryCustomRoles,
  arbitrarySettings,
  maxAgeMs,
  now,
  organization,
} from '../support/arbitraries/world.ts'
import { randomTrials, realProduct } from './compare.ts'

/** Generous: other test files share the machine, and a property is not wrong because it is slow. */
vi.setConfig({ testTimeout: 60_000 })

/** What an account may do, as names: permissions it holds and secured resources it may use. A refusal is nothing. */
interface Access {
  readonly keys: readonly string[]
  readonly gates: readonly string[]
}

const nothing: Access = { keys: [], gates: [] }

function accessOf(
  compiled: CompiledCatalog,
  state: AssignmentState,
  parts: { readonly customRoles: readonly CustomRole[]; readonly settings: ApplicationSettings },
): Access {
  const outcome = evaluate(compiled, state, parts)
  if (!outcome.ok) return nothing
  const { permissions, gates } = outcome.value
  return { keys: numbersIn(permissions).map((number) => compiled.keys[number] ?? `retired ${number}`), gates }
}

const isWithin = (inner: Access, outer: Access) =>
  inner.keys.every((key) => outer.keys.includes(key)) && inner.gates.every((gate) => outer.gates.includes(gate))

/** The ends of a pull, and how long ago it was begun; `statement` counts into the source's history. */
type Step =
  | { readonly pull: 'statement'; readonly statement: number; readonly ago: number }
  | { readonly pull: UnknownReason; readonly ago: number }

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    pull: fc.constant('statement' as const),
    statement: fc.nat(3),
    ago: fc.constantFrom(0, 1_000, maxAgeMs),
  }),
  fc.record({
    pull: fc.constantFrom<UnknownReason>('source_timeout', 'source_garbage', 'source_partial', 'not_found'),
    ago: fc.constantFrom(0, 1_000, maxAgeMs + 1),
  }),
)

const arbitraryStory = arbitraryCompiledCatalog.chain((compiled) => {
  const { catalog } = compiled
  const state = fc.record({
    status: fc.constantFrom('active', 'active', 'inactive'),
    roles: arbitraryAssignments(catalog),
  })
  return fc.record({
    compiled: fc.constant(compiled),
    history: fc.array(state, { minLength: 4, maxLength: 4 }).map((states) =>
      states.map(
        ({ status, roles }, at): AccountStatement => ({
          organization,
          account,
          version: at + 1,
          status: status as AccountStatement['status'],
          roles,
          occurredAt: now - 10_000 + at,
        }),
      ),
    ),
    steps: fc.array(arbitraryStep, { minLength: 1, maxLength: 8 }),
    settings: arbitrarySettings(catalog),
    customRoles: arbitraryCustomRoles(catalog),
    lost: fc.array(fc.nat(2)),
  })
})

const limits = { confirmedForMs: 30_000, staleIfErrorMs: maxAgeMs }

describe('loss never grants', () => {
  test.prop([arbitraryStory], { numRuns: 400 })(
    'whatever is lost, late, repeated or out of order, access is within what one delivered statement asserted',
    ({ compiled, history, steps, settings, customRoles, lost }) => {
      const { catalog, application } = compiled
      const question = { application, settings, policy: catalog.policy, now, maxAgeMs: limits.staleIfErrorMs }
      const asserted: Access[] = [nothing]
      let record: AccountRecord | undefined
      for (const step of steps) {
        let state: AssignmentState
        if (step.pull === 'statement') {
          const statement = history[step.statement]
          if (statement === undefined) continue
          const confirmation = { confirmedAt: now - step.ago }
          record = applyStatement(record, statement, confirmation).record
          const alone = deriveState(applyStatement(undefined, statement, { confirmedAt: now }).record, question)
          asserted.push(accessOf(compiled, alone, { customRoles, settings }))
          state = deriveState(record, question)
        } else {
          const left = afterFailedPull(record, step.pull, { now: now + step.ago, limits })
          state =
            left === 'stale'
              ? deriveState(record, { ...question, now: now + step.ago })
              : { state: 'unknown', reason: step.pull }
        }
        const remaining = customRoles.filter((_, at) => !lost.includes(at))
        const access = accessOf(compiled, state, { customRoles: remaining, settings })
        expect(asserted.some((one) => isWithin(access, one))).toBe(true)
      }
    },
  )

  test.prop([arbitraryStory])('losing definitions of custom roles, or a feature, takes away only', (story) => {
    const { compiled, history, settings, customRoles, lost } = story
    for (const { roles } of history) {
      const held = roles.filter((one) => one.application === compiled.application).map(({ role }) => role)
      const state: AssignmentState = { state: 'roles', roles: held }
      const before = accessOf(compiled, state, { customRoles, settings })
      const remaining = customRoles.filter((_, at) => !lost.includes(at))
      expect(isWithin(accessOf(compiled, state, { customRoles: remaining, settings }), before)).toBe(true)
      const fewer = { ...settings, features: settings.features.slice(1) }
      expect(isWithin(accessOf(compiled, state, { customRoles, settings: fewer }), before)).toBe(true)
    }
  })

  test.prop([arbitraryStory])('removing a role that limits nothing takes away only, unless none is left', (story) => {
    const { compiled, history, settings, customRoles } = story
    const parts = { customRoles, settings }
    for (const { roles } of history) {
      const held = [...new Set(roles.map(({ role }) => role))]
      const before = evaluate(compiled, { state: 'roles', roles: held }, parts)
      if (!before.ok) continue
      for (const removed of held.filter((role) => compiled.roles.get(role)?.ceiling === undefined)) {
        const left: AssignmentState = { state: 'roles', roles: held.filter((role) => role !== removed) }
        const all = accessOf(compiled, { state: 'roles', roles: held }, parts)
        expect(isWithin(accessOf(compiled, left, parts), all)).toBe(true)
      }
    }
  })

  test.prop([arbitraryStory])('only an empty, complete, confirmed statement leads to full access', (story) => {
    const { compiled, history, settings } = story
    const { catalog, application } = compiled
    for (const statement of history) {
      const { record } = applyStatement(undefined, statement, { confirmedAt: now })
      const { state } = deriveState(record, { application, settings, policy: catalog.policy, now, maxAgeMs })
      const mayBeFull =
        catalog.policy.empty === 'full_access' &&
        settings.defaultFull &&
        statement.status === 'active' &&
        statement.roles.every((one) => one.application !== application)
      expect(state === 'full').toBe(mayBeFull)
    }
  })
})

describe('limits are monotonic', () => {
  const withCeiling = arbitraryCatalog.chain((catalog) =>
    fc.record({
      catalog: fc.constant(catalog),
      role: fc.constantFrom(...Object.keys(catalog.roles)),
      ceiling: fc.subarray(Object.keys(catalog.permissions)),
      assignments: arbitraryAssignments(catalog),
      settings: arbitrarySettings(catalog),
      customRoles: arbitraryCustomRoles(catalog),
    }),
  )

  test.prop([withCeiling], { numRuns: 250 })('a ceiling more never widens access', (drawn) => {
    const { catalog, role, ceiling, assignments, settings, customRoles } = drawn
    const definition = catalog.roles[role]
    if (definition === undefined) return
    const tighter = ceiling.filter((permission) => definition.ceiling?.includes(permission) ?? true)
    const limited: Catalog = { ...catalog, roles: { ...catalog.roles, [role]: { ...definition, ceiling: tighter } } }
    const state: AssignmentState = { state: 'roles', roles: assignments.map((one) => one.role) }
    const access = (of: Catalog) =>
      accessOf(compileCatalog(of, appendToLock(of).lock), state, { customRoles, settings })
    expect(isWithin(access(limited), access(catalog))).toBe(true)
  })
})

describe('the gateway, which sees no resource', () => {
  const asked = randomTrials.map(({ catalog, lock, worlds }) => ({
    prepared: realProduct.prepare(catalog, lock),
    worlds,
  }))

  test.prop([asked], { numRuns: 100 })('decides as the product would, and leaves to it only what it may', (drawn) => {
    const { index, compiled } = drawn.prepared
    for (const { record, settings, customRoles, permission, facts } of drawn.worlds) {
      const roles = (record?.roles ?? []).map(({ role }) => role)
      const minted = evaluate(compiled, { state: 'roles', roles }, { customRoles, settings })
      if (!minted.ok) continue
      const route = { method: 'GET', path: '/', permission, strong: false }
      const alone = decideOnRoute(index, minted.value, { ...route, productDecides: false })
      expect(alone).toEqual(decide(index, minted.value, permission))
      const passed = decideOnRoute(index, minted.value, { ...route, productDecides: true })
      // What the product allows must have passed; what nothing grants must not have.
      const { allowed, ...rest } = decide(index, minted.value, permission, facts)
      if (allowed) expect(passed.allowed).toBe(true)
      else if ('refusal' in rest && ['not_granted', 'unknown_permission'].includes(rest.refusal.code)) {
        expect(passed).toEqual({ allowed, ...rest })
      }
    }
  })
})

describe('an index answers as a fresh one does', () => {
  test.prop([randomTrials], { numRuns: 40 })('whatever it was asked before', ({ catalog, lock, worlds }) => {
    const kept = realProduct.prepare(catalog, lock)
    const twice = [...worlds, ...worlds.toReversed()]
    for (const world of twice) {
      const fresh = { compiled: kept.compiled, index: indexCatalog(toDecisionCatalog(kept.compiled)) }
      expect(realProduct.answer(kept, world)).toEqual(realProduct.answer(fresh, world))
    }
  })
})

describe('the state of an account does not depend on the order of what is delivered', () => {
  test.prop([arbitraryStory, fc.infiniteStream(fc.nat())])('down to its access', (story, stream) => {
    const { compiled, history, steps, settings, customRoles } = story
    const { catalog, application } = compiled
    const log = steps.flatMap((step) => {
      const statement = step.pull === 'statement' ? history[step.statement] : undefined
      return statement === undefined ? [] : [{ statement, confirmedAt: now - step.ago }]
    })
    const shuffled = [...log, ...log]
      .map((one) => ({ one, at: stream.next().value ?? 0 }))
      .sort((x, y) => x.at - y.at)
      .map(({ one }) => one)
    const endOf = (all: typeof log) => {
      const last = all.reduce<AccountRecord | undefined>(
        (record, { statement, confirmedAt }) => applyStatement(record, statement, { confirmedAt }).record,
        undefined,
      )
      const state = deriveState(last, { application, settings, policy: catalog.policy, now, maxAgeMs })
      return { last, access: accessOf(compiled, state, { customRoles, settings }) }
    }
    expect(endOf(shuffled)).toEqual(endOf(log))
  })
})
