import * as v from 'valibot'
import { activeTokens, type ScimToken, type ScimTokenStore } from '../../application/directory/ports.ts'
import { StoreUnavailable } from '../../application/ports.ts'
import { ifRevision, type Write } from './conditions.ts'
import { scimTokenItemKey, scimTokensItemKey } from './keys.ts'
import { count, expectSame, moment, parseItem } from './parse-item.ts'
import { type DynamoTable, pause } from './table.ts'

const rounds = 5

const token = { organization: v.string(), id: v.string(), hash: v.string(), createdAt: moment, expiresAt: moment }
const tokenItem = v.object({ kind: v.literal('scim-token'), ...token })
const tokensItem = v.object({
  kind: v.literal('scim-tokens'),
  organization: v.string(),
  tokens: v.array(v.object(token)),
  revision: v.pipe(count, v.minValue(1)),
})

interface Stored {
  readonly tokens: readonly ScimToken[]
  readonly revision: number
}

/** Two items a token: one by its hash, for whoever presents it, and one list for each organization, for its operators. */
export class DynamoScimTokenStore implements ScimTokenStore {
  readonly #table: DynamoTable

  constructor({ table }: { readonly table: DynamoTable }) {
    this.#table = table
  }

  async findToken(hash: string, now: number): Promise<ScimToken | undefined> {
    const item = await this.#table.get(scimTokenItemKey(hash))
    if (item === undefined) return undefined
    const { kind, ...found } = parseItem(tokenItem, item, 'SCIM token')
    expectSame(kind, { hash: [found.hash, hash] })
    return found.expiresAt > now ? found : undefined
  }

  async listTokens(organization: string, now: number): Promise<readonly ScimToken[]> {
    const { tokens } = await this.#read(organization)
    return tokens.filter(({ expiresAt }) => expiresAt > now)
  }

  async addToken(added: ScimToken): Promise<'added' | 'too_many'> {
    const { organization, hash, createdAt: now } = added
    const put: Write = { put: { ...scimTokenItemKey(hash), kind: 'scim-token', ...added }, condition: ifRevision(0) }
    const isAdded = await this.#change(organization, (tokens) => {
      const used = tokens.filter(({ expiresAt }) => expiresAt > now)
      if (used.length >= activeTokens) return undefined
      const gone = tokens.filter((each) => !used.includes(each))
      return { tokens: [...used, added], writes: [put, ...gone.map(removal)] }
    })
    return isAdded ? 'added' : 'too_many'
  }

  async revokeToken(organization: string, id: string): Promise<'revoked' | 'absent'> {
    const isRevoked = await this.#change(organization, (tokens) => {
      const revoked = tokens.filter((each) => each.id === id)
      if (revoked.length === 0) return undefined
      return { tokens: tokens.filter((each) => each.id !== id), writes: revoked.map(removal) }
    })
    return isRevoked ? 'revoked' : 'absent'
  }

  async #change(
    organization: string,
    decide: (
      tokens: readonly ScimToken[],
    ) => { readonly tokens: readonly ScimToken[]; readonly writes: readonly Write[] } | undefined,
  ): Promise<boolean> {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const { tokens, revision } = await this.#read(organization)
      const change = decide(tokens)
      if (change === undefined) return false
      const list = { kind: 'scim-tokens', organization, tokens: [...change.tokens], revision: revision + 1 }
      const put = { put: { ...scimTokensItemKey(organization), ...list }, condition: ifRevision(revision) }
      if ((await this.#table.transact([put, ...change.writes])).length === 0) return true
    }
    throw new StoreUnavailable('other writers of the tokens were quicker again and again')
  }

  async #read(organization: string): Promise<Stored> {
    const item = await this.#table.get(scimTokensItemKey(organization))
    if (item === undefined) return { tokens: [], revision: 0 }
    const { kind, tokens, revision, ...rest } = parseItem(tokensItem, item, 'SCIM tokens')
    expectSame(kind, { organization: [rest.organization, organization] })
    return { tokens, revision }
  }
}

function removal({ hash }: ScimToken): Write {
  return { remove: scimTokenItemKey(hash), condition: { ConditionExpression: 'attribute_exists(pk)' } }
}
