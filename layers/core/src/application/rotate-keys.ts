import { planRotation, type RotationRules } from './plan-rotation.ts'
import {
  type Clock,
  handleSecretKid,
  type KeyFactory,
  type KeyRing,
  type KeyRingStore,
  type KeyState,
  type KeyWrapper,
  type RingKey,
} from './ports.ts'

export interface RotationDependencies {
  readonly keyRing: KeyRingStore
  readonly keys: KeyFactory
  readonly wrapper: KeyWrapper
  readonly clock: Clock
  readonly rules: RotationRules
  /** Part of the context under which private keys are wrapped. */
  readonly stage: string
}

export interface Rotation {
  /** False when nothing was due. */
  readonly changed: boolean
  readonly ring: KeyRing
}

/** Another run can win so often before this one gives up: a bug then. */
const mostAttempts = 5

/**
 * Moves the key ring on as far as its ages allow, or creates it; with `remove`, takes a key out at once, whether or not the
 * wrapper can be reached for what takes its place. The secret of the change handles is made with the ring and stays. Two runs at the same time end in one of them writing and the other finding
 * nothing left to do. Private keys leave this function wrapped only. Throws when the store or the wrapper cannot be reached.
 */
export async function rotateKeys(
  dependencies: RotationDependencies,
  request: { readonly remove?: string } = {},
): Promise<Rotation> {
  const { keyRing, clock, rules } = dependencies
  let changed = false
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const ring = await keyRing.readKeyRing()
    const now = clock()
    const plan = planRotation(ring, { ...request, now }, rules)
    const hasSecret = ring.wrappedHandleSecret !== undefined
    if (plan === undefined && hasSecret) return { changed, ring }
    const { keep, create: due } = plan ?? { keep: ring.keys, create: [] }
    const removing = ring.keys.some(({ kid }) => kid === request.remove)
    const create = removing ? [] : due
    const created = await Promise.all(create.map((state) => createKey(dependencies, state, now)))
    const secret = hasSecret || removing ? ring.wrappedHandleSecret : await createHandleSecret(dependencies)
    const next = { keys: [...keep, ...created], ...(secret !== undefined && { wrappedHandleSecret: secret }) }
    const written = await keyRing.writeKeyRing({ revision: ring.revision, ...next })
    if (written.outcome !== 'written') continue
    changed = true
    if (create.length === due.length && secret !== undefined) {
      return { changed, ring: { revision: written.revision, ...next } }
    }
  }
  throw new Error(`the key ring changed under every one of ${mostAttempts} attempts`)
}

async function createKey(
  { keys, wrapper, rules, stage }: RotationDependencies,
  state: KeyState,
  now: number,
): Promise<RingKey> {
  const { kid, publicJwk, privateKey } = await keys.createKey(rules.alg)
  const wrapped = await wrapper.wrap(privateKey, { stage, kid })
  privateKey.fill(0)
  const wrappedPrivateKey = Buffer.from(wrapped).toString('base64')
  return { kid, alg: rules.alg, state, publicJwk, wrappedPrivateKey, createdAt: now, since: now }
}

async function createHandleSecret({ keys, wrapper, stage }: RotationDependencies): Promise<string> {
  const secret = keys.createSecret()
  const wrapped = await wrapper.wrap(secret, { stage, kid: handleSecretKid })
  secret.fill(0)
  return Buffer.from(wrapped).toString('base64')
}
