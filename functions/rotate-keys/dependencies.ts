import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { KmsKeyWrapper } from '@rolecast/core/adapters/kms/key-wrapper'
import { JoseKeyFactory } from '@rolecast/core/adapters/tokens/key-factory'
import type { RotateKeysConfig } from './config.ts'
import type { RotateKeysDependencies } from './create-handler.ts'

/** The token function keeps the ring this long, so it may sign with a replaced key for so much longer (its maximum), plus clocks. */
const ringCopyMs = 300_000 + 60_000

/** Wires the rotation of keys. */
export function connect(config: RotateKeysConfig): RotateKeysDependencies {
  return {
    keyRing: dynamoStores({ tableName: config.table }).keyRing,
    keys: new JoseKeyFactory(),
    wrapper: new KmsKeyWrapper({ keyId: config.kmsKeyId }),
    clock: Date.now,
    stage: config.stage,
    rules: {
      alg: config.signingAlgorithm,
      rotateAfterMs: config.rotateAfterSeconds * 1000,
      publishBeforeMs: config.publishBeforeSeconds * 1000,
      retireAfterMs: config.tokenSeconds * 1000 + ringCopyMs,
    },
    write: (line) => process.stdout.write(line),
  }
}
