import { createHash } from 'node:crypto'
import { MemoryAccountStore } from '@rolecast/core/adapters/memory/account-store'
import { MemoryCustomRoleStore } from '@rolecast/core/adapters/memory/custom-role-store'
import { MemoryDatabase, nameOf } from '@rolecast/core/adapters/memory/database'
import { MemoryGrantDocumentStore } from '@rolecast/core/adapters/memory/grant-document-store'
import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import { MemoryOrganizationStore } from '@rolecast/core/adapters/memory/organization-store'
import type { ExchangeDependencies } from '@rolecast/core/application/exchange-token'
import type { Subject } from '@rolecast/core/application/ports'
import type { Pulled } from '@rolecast/core/application/pull-assignment'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import type { Organization } from '@rolecast/core/domain/assignment/organization'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { compiledShop, plant, shop, shopLock } from '@rolecast/core/domain/catalog/shop.fixture'
import type { TokenClaims } from '@rolecast/core/domain/claims/token-claims'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import { paperHandle } from './paper-handles.ts'

/** Half past eight on some day, so that rounding to seconds shows. */
export const start = 1_793_000_000_500

export const ada: AccountStatement = {
  organization: 'acme',
  account: 'ada',
  version: 7,
  status: 'active',
  roles: [{ application: 'shop', role: 'clerk' }],
  occurredAt: start - 60_000,
}

export const acme: Organization = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.acme.example',
  applications: {
    shop: { features: ['refunds', 'unheard-of'], defaultFull: false },
    open: { features: [], defaultFull: true },
    closed: { features: [], defaultFull: false },
  },
  revision: 3,
}

export const adasSignIn: Subject = {
  issuer: acme.issuer,
  subject: ada.account,
  organization: ada.organization,
  clientId: 'front-end',
  expiresAt: Math.floor(start / 1000) + 3_600,
  authTime: Math.floor(start / 1000) - 30,
}

const openToAll = plant(shop, { application: 'open', policy: { ...shop.policy, empty: 'full_access' } })
const closedToNone = plant(shop, { application: 'closed', policy: { ...shop.policy, empty: 'forbidden' } })

/**
 * A token service in memory: one organization, one account, a clock that stands still until it is moved. `subjects` are
 * the tokens that verify; a signed token is its claims as JSON. `shop` grants nothing to an account without a role, `open`
 * everything, `closed` forbids it.
 */
export function createWorld(options: { readonly statements?: readonly AccountStatement[] } = {}) {
  const time = { now: start }
  const clock = () => time.now
  const database = new MemoryDatabase(clock)
  database.organizations.set(nameOf('acme'), acme)
  const identityAdmin = new MemoryIdentityAdmin({ statements: options.statements ?? [ada] })
  const subjects = new Map<string, Subject>([['ada', adasSignIn]])
  const catalogs = new Map([
    ['shop', compiledShop],
    ['open', compileCatalog(openToAll, { ...shopLock, application: 'open' })],
    ['closed', compileCatalog(closedToNone, { ...shopLock, application: 'closed' })],
  ])
  const indexes = new Map([...catalogs].map(([name, catalog]) => [name, indexCatalog(toDecisionCatalog(catalog))]))
  let tokens = 0
  const dependencies: ExchangeDependencies & {
    readonly indexes: typeof indexes
    readonly grantDocuments: MemoryGrantDocumentStore
  } = {
    accounts: new MemoryAccountStore(database),
    customRoles: new MemoryCustomRoleStore(database),
    grantDocuments: new MemoryGrantDocumentStore(database),
    identityAdmin,
    pulls: new PullQueue<Pulled>(clock),
    limits: { confirmedForMs: 30_000, staleIfErrorMs: 900_000 },
    pullDeadlineMs: 2_000,
    clock,
    catalogs,
    indexes,
    issuer: 'https://tokens.example',
    tokenSeconds: 300,
    claimBudgetBytes: 2_048,
    newTokenId: () => `token-${++tokens}`,
    digest: async (text) => createHash('sha256').update(text).digest('base64url'),
    signer: { signToken: async (claims) => accept(JSON.stringify(claims)) },
    handles: { openHandles: async () => paperHandle },
    subjectTokens: {
      verifySubjectToken: async (token): Promise<Outcome<Subject>> => {
        const subject = subjects.get(token)
        return subject === undefined ? refuse('malformed_token') : accept(subject)
      },
    },
  }
  return {
    dependencies,
    database,
    identityAdmin,
    subjects,
    organizations: new MemoryOrganizationStore(database),
    /** Moves the clock forwards. */
    pass(ms: number): void {
      time.now += ms
    },
    /** Makes a token of ours something that can be presented, and returns its claims. */
    present(accessToken: string): TokenClaims {
      const claims: TokenClaims = JSON.parse(accessToken)
      const { iss, sub, org, client_id: clientId, exp, aud, scope } = claims
      const limit = scope === undefined ? {} : { scope: scope.split(' ') }
      const ownToken = { application: aud, ...limit }
      subjects.set(accessToken, {
        issuer: iss,
        subject: sub,
        organization: org,
        clientId,
        expiresAt: exp,
        ownToken,
        ...(claims.auth_time === undefined ? {} : { authTime: claims.auth_time }),
      })
      return claims
    },
  }
}

export type World = ReturnType<typeof createWorld>

/** The value of an outcome that must be one. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`)
  return outcome.value
}
