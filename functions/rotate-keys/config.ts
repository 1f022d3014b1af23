import { readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import * as v from 'valibot'

/** The settings of the rotation, from its environment. */
export interface RotateKeysConfig {
  readonly table: string
  readonly stage: string
  readonly kmsKeyId: string
  readonly signingAlgorithm: 'ES256' | 'RS256'
  /** Seconds. */
  readonly rotateAfterSeconds: number
  /** Seconds; longer than readers keep the key set. */
  readonly publishBeforeSeconds: number
  /** Seconds a token lives: as the token function has it. */
  readonly tokenSeconds: number
}

const day = 86_400

const settings = v.strictObject({
  ROLECAST_TABLE: text,
  ROLECAST_STAGE: text,
  ROLECAST_KMS_KEY_ID: text,
  ROLECAST_SIGNING_ALGORITHM: v.optional(v.picklist(['ES256', 'RS256']), 'ES256'),
  ROLECAST_ROTATE_AFTER_SECONDS: whole({ otherwise: 30 * day, least: 3_600, most: 366 * day }),
  ROLECAST_PUBLISH_BEFORE_SECONDS: whole({ otherwise: 900, least: 300, most: 30 * day }),
  ROLECAST_TOKEN_SECONDS: whole(tokenLife),
})

/** Reads and checks the environment once. @throws InvalidConfig */
export function readConfig(env: Readonly<Record<string, string | undefined>>): RotateKeysConfig {
  const output = readSettings('the rotation of keys', settings, env)
  return {
    table: output.ROLECAST_TABLE,
    stage: output.ROLECAST_STAGE,
    kmsKeyId: output.ROLECAST_KMS_KEY_ID,
    signingAlgorithm: output.ROLECAST_SIGNING_ALGORITHM,
    rotateAfterSeconds: output.ROLECAST_ROTATE_AFTER_SECONDS,
    publishBeforeSeconds: output.ROLECAST_PUBLISH_BEFORE_SECONDS,
    tokenSeconds: output.ROLECAST_TOKEN_SECONDS,
  }
}
