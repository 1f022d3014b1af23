import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { compiledShop } from '@rolecast/core/domain/catalog/shop.fixture'
import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import { createVerifier, type VerifierOptions } from '@rolecast/permission-sdk'
import { claimsFor, grantClaims, issuer, jwksOf, makeKey, mint } from './tokens.ts'

/** The catalog, keys and clock of the SDK's tests. */
export const catalog = toDecisionCatalog(compiledShop)
export const key = makeKey('shop-1')
export const rsaKey = makeKey('shop-rsa', 'RS256')
/** Epoch seconds. */
export const start = 1_800_000_000

/** A verifier whose clock the test moves: `at` is epoch seconds. */
export function verifierAt(options: Partial<VerifierOptions> = {}) {
  const time = { at: start }
  const verifier = createVerifier({
    issuer,
    catalog,
    keys: { snapshot: jwksOf(key, rsaKey) },
    clock: () => time.at * 1000,
    ...options,
  })
  return { verifier, time }
}

/** A token of the shop with these grant keys. */
export function shopToken(
  keys: readonly string[] = ['orders.view'],
  overrides: Readonly<Record<string, unknown>> = {},
) {
  return mint(key, shopClaims(keys, overrides))
}

export function shopClaims(
  keys: readonly string[] = ['orders.view'],
  overrides: Readonly<Record<string, unknown>> = {},
) {
  return claimsFor('shop', start, { ...grantClaims(catalog, keys), ...overrides })
}

/** `ok`, or the code of the refusal. */
export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.refusal.code
}
