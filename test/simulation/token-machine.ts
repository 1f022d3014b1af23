import { createHash } from 'node:crypto'
import { ChangeFeed, type FeedPage } from '@rolecast/core/application/change-feed'
import { type ExchangeDependencies, exchangeToken } from '@rolecast/core/application/exchange-token'
import type { IdentityAdmin } from '@rolecast/core/application/ports'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { accept, type Outcome } from '@rolecast/core/domain/decision/refusal'
import { handlesBy } from '@rolecast/core/domain/freshness/change-handle'
import type { Machine } from './machine.ts'
import type { PaperTokens } from './paper-tokens.ts'
import { application, compiled } from './product.ts'
import type { Table } from './table.ts'

/** Handles without a secret: nobody reads over a shoulder here. */
const paperHandles = handlesBy((text) => createHash('sha256').update(text).digest())

export const issuer = 'https://tokens.example'

/** One execution environment of the token function: the real use cases, over ports that take time and may fail. */
export interface TokenMachine {
  readonly machine: Machine
  exchange(subjectToken: string, assignmentMaxAgeSeconds?: number): Promise<Outcome<string>>
  /** A page of the change feed. */
  readChanges(after: string | undefined): Promise<Outcome<FeedPage>>
}

export function startTokenMachine(parts: {
  readonly machine: Machine
  readonly table: Table
  readonly tokens: PaperTokens
  readonly identityAdmin: Pick<IdentityAdmin, 'readAccount'>
}): TokenMachine {
  const { machine, table, tokens, identityAdmin } = parts
  const { clock } = machine
  const stores = table.seenFrom(machine)
  let minted = 0
  const dependencies: ExchangeDependencies = {
    accounts: stores.accounts,
    customRoles: stores.customRoles,
    grantDocuments: stores.grantDocuments,
    identityAdmin,
    pulls: new PullQueue(clock),
    limits: { confirmedForMs: 30_000, staleIfErrorMs: 900_000 },
    pullDeadlineMs: 2_000,
    clock,
    catalogs: new Map<string, CompiledCatalog>([[application, compiled]]),
    subjectTokens: tokens,
    signer: tokens,
    issuer,
    tokenSeconds: 300,
    newTokenId: () => `${minted++}`,
    digest: async (text) => text,
    claimBudgetBytes: 4_096,
    handles: { openHandles: async () => paperHandles },
  }
  const { handles } = dependencies
  const feed = new ChangeFeed({ changes: stores.changes, handles, clock })
  return {
    machine,
    readChanges: (after) => feed.readPage({ application, ...(after === undefined ? {} : { after }) }),
    exchange: async (subjectToken, assignmentMaxAge) => {
      const issued = await exchangeToken(dependencies, {
        subjectToken,
        subjectTokenType: 'access_token',
        audience: application,
        ...(assignmentMaxAge === undefined ? {} : { assignmentMaxAgeMs: assignmentMaxAge * 1_000 }),
      })
      return issued.ok ? accept(issued.value.accessToken) : issued
    },
  }
}
