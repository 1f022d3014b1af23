/** Answers of one authorizer, kept for as long as its settings say. */
export interface ResultCache<T> {
  get(key: readonly string[]): T | undefined
  put(key: readonly string[], answer: T): void
}

/** @param ttlSeconds 0 keeps nothing. */
export function resultCache<T>(ttlSeconds: number, now: () => number): ResultCache<T> {
  const kept = new Map<string, { readonly answer: T; readonly until: number }>()
  return {
    get(key) {
      const found = kept.get(JSON.stringify(key))
      return found === undefined || found.until <= now() ? undefined : found.answer
    },
    put(key, answer) {
      if (ttlSeconds === 0) return
      const until = now() + ttlSeconds * 1000
      for (const [old, entry] of kept) {
        // Insertion order is order of expiry.
        if (entry.until > now()) break
        kept.delete(old)
      }
      kept.delete(JSON.stringify(key))
      kept.set(JSON.stringify(key), { answer, until })
    },
  }
}
