import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import * as v from 'valibot'
import { DataFile } from '../data-file.ts'
import { listen } from '../listen.ts'
import { AwsFault, awsJsonServices, type Operation } from '../services/aws-json.ts'
import { KmsKeys } from './kms-keys.ts'

export interface KmsEmulator {
  readonly endpoint: string
  stop(): Promise<void>
}

const what = 'the local key service'
const masterFile = v.object({
  version: v.literal(1),
  master: v.pipe(
    v.string(),
    v.base64(),
    v.check((text) => Buffer.from(text, 'base64').length === 32, 'not 32 bytes'),
  ),
})

/**
 * Encrypt and Decrypt of AWS KMS over its JSON protocol, on 127.0.0.1. Signatures are not checked and every key id
 * exists. The master key is kept in `file`, readable by its owner only; without a file it ends with the process.
 * @throws PortOccupied, CorruptDataFile
 */
export async function startKms({ port = 0, file }: { port?: number; file?: string } = {}): Promise<KmsEmulator> {
  const keys = new KmsKeys(await masterKey(file))
  const { url, close } = await listen(createServer(awsJsonServices(operations(keys))), { what, port })
  return { endpoint: url, stop: close }
}

async function masterKey(path: string | undefined): Promise<Buffer> {
  if (path === undefined) return randomBytes(32)
  const file = new DataFile({ path, what, schema: masterFile })
  const kept = await file.read()
  if (kept !== undefined) return Buffer.from(kept.master, 'base64')
  const master = randomBytes(32)
  await file.write({ version: 1, master: master.toString('base64') })
  return master
}

const context = v.optional(v.record(v.string(), v.string()), {})
const base64 = v.pipe(v.string(), v.base64())
const encryptInput = v.object({ KeyId: v.string(), Plaintext: base64, EncryptionContext: context })
const decryptInput = v.object({ KeyId: v.optional(v.string()), CiphertextBlob: base64, EncryptionContext: context })

/** KMS's operations, for what speaks AWS's JSON protocol. */
function operations(keys: KmsKeys): Readonly<Record<string, Operation>> {
  const EncryptionAlgorithm = 'SYMMETRIC_DEFAULT'
  return {
    'TrentService.Encrypt': async (input) => {
      const { KeyId, Plaintext, EncryptionContext } = parsed(encryptInput, input)
      const sealed = keys.encrypt(KeyId, Buffer.from(Plaintext, 'base64'), EncryptionContext)
      return { CiphertextBlob: sealed.toString('base64'), KeyId, EncryptionAlgorithm }
    },
    'TrentService.Decrypt': async (input) => {
      const { KeyId, CiphertextBlob, EncryptionContext } = parsed(decryptInput, input)
      const opened = keys.decrypt(KeyId, Buffer.from(CiphertextBlob, 'base64'), EncryptionContext)
      return { Plaintext: opened.plain.toString('base64'), KeyId: opened.keyId, EncryptionAlgorithm }
    },
  }
}

function parsed<const Schema extends v.GenericSchema>(schema: Schema, input: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  throw new AwsFault('ValidationException', `${v.getDotPath(result.issues[0]) ?? 'the request'} is not acceptable`)
}
