import type { KeyRing, KeyState, RingKey } from './ports.ts'

/** Ages in milliseconds. */
export interface RotationRules {
  readonly alg: RingKey['alg']
  /** A key signs this long before the next one takes over. */
  readonly rotateAfterMs: number
  /** A key is published at least this long before it signs: longer than readers keep the key set. */
  readonly publishBeforeMs: number
  /**
   * A key stays published this long after it was replaced: the life of a token, and as long as a signer may still hold
   * the old ring, and the difference of clocks.
   */
  readonly retireAfterMs: number
}

export interface RotationPlan {
  /** Keys that stay, in their new states. */
  readonly keep: readonly RingKey[]
  /** States for which a key is to be made. */
  readonly create: readonly KeyState[]
}

/**
 * What is due now; `undefined` when nothing is.
 *
 *     made --> next --published long enough and current old enough--> current --> retiring --last token expired--> gone
 *               |                                                        |
 *               +--------- removed in an emergency: gone at once --------+  (next takes over without waiting)
 *
 * Without a ring, the first current key signs at once: nobody can hold an older key set. A next key of another algorithm
 * than the rules say is replaced.
 */
export function planRotation(
  { keys }: KeyRing,
  request: { readonly now: number; readonly remove?: string },
  rules: RotationRules,
): RotationPlan | undefined {
  const { now, remove } = request
  const left = keys.filter((key) => key.kid !== remove && !isOver(key, now, rules))
  const next = left.find(({ state, alg }) => state === 'next' && alg === rules.alg)
  const current = left.find(({ state }) => state === 'current')
  const others = left.filter((key) => key.state === 'retiring')
  const move = (key: RingKey, state: KeyState): RingKey => ({ ...key, state, since: now })

  const takesOver =
    next !== undefined &&
    (current === undefined || (now - current.since >= rules.rotateAfterMs && now - next.since >= rules.publishBeforeMs))
  if (takesOver) {
    const replaced = current === undefined ? [] : [move(current, 'retiring')]
    return { keep: [...others, ...replaced, move(next, 'current')], create: ['next'] }
  }
  const keep = [...others, ...(current ? [current] : []), ...(next ? [next] : [])]
  const create: KeyState[] = [...(current ? [] : ['current' as const]), ...(next ? [] : ['next' as const])]
  return create.length === 0 && keep.length === keys.length ? undefined : { keep, create }
}

function isOver({ state, since }: RingKey, now: number, { retireAfterMs }: RotationRules): boolean {
  return state === 'retiring' && now - since >= retireAfterMs
}
