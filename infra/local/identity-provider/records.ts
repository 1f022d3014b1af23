import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

const MAX_RECORDS = 10_000

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/**
 * Where the provider keeps sessions, grants and codes: in memory, so everybody signs in again after a restart. Of too many the oldest go.
 */
export function memoryRecords(clock: () => number): AdapterFactory {
  const entries = new Map<string, Entry>()

  function live(key: string): AdapterPayload | undefined {
    const entry = entries.get(key)
    return entry !== undefined && clock() < entry.expiresAt ? entry.payload : undefined
  }

  function by(model: string, member: 'uid' | 'userCode', value: string): AdapterPayload | undefined {
    const keys = [...entries.keys()].filter((key) => key.startsWith(`${model}:`))
    return keys.map(live).find((payload) => payload?.[member] === value)
  }

  return (model): Adapter => ({
    async upsert(id, payload, expiresIn) {
      for (const [key, { expiresAt }] of entries) if (expiresAt <= clock()) entries.delete(key)
      for (const key of entries.keys()) if (entries.size >= MAX_RECORDS) entries.delete(key)
      entries.set(`${model}:${id}`, {
        payload,
        expiresAt: expiresIn ? clock() + expiresIn * 1000 : Number.POSITIVE_INFINITY,
      })
    },
    find: async (id) => live(`${model}:${id}`),
    findByUid: async (uid) => by(model, 'uid', uid),
    findByUserCode: async (code) => by(model, 'userCode', code),
    async consume(id) {
      const payload = live(`${model}:${id}`)
      if (payload !== undefined) payload['consumed'] = Math.floor(clock() / 1000)
    },
    async destroy(id) {
      entries.delete(`${model}:${id}`)
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  })
}
