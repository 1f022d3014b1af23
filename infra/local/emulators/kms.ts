import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as v from 'valibot'
import { DataFile } from '../data-file.ts'
import { listen } from '../listen.ts'
import { KmsFault, KmsKeys } from './kms-keys.ts'

export interface KmsEmulator {
  readonly endpoint: string
  stop(): Promise<void>
}

const what = 'the local key service'
const largestBody = 64 * 1024
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
  const server = createServer((request, response) => {
    answer(keys, request, response).catch(() => response.destroy())
  })
  const { url, close } = await listen(server, { what, port })
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

async function answer(keys: KmsKeys, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request)
  try {
    send(response, 200, perform(keys, String(request.headers['x-amz-target']), body))
  } catch (error) {
    const fault = error instanceof KmsFault ? error : new KmsFault('KMSInternalException', 'an internal error')
    send(response, fault.code === 'KMSInternalException' ? 500 : 400, { __type: fault.code, message: fault.message })
  }
}

function perform(keys: KmsKeys, target: string, body: string | undefined): object {
  const algorithm = { EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
  switch (target) {
    case 'TrentService.Encrypt': {
      const { KeyId, Plaintext, EncryptionContext } = parsed(encryptInput, body)
      const sealed = keys.encrypt(KeyId, Buffer.from(Plaintext, 'base64'), EncryptionContext)
      return { CiphertextBlob: sealed.toString('base64'), KeyId, ...algorithm }
    }
    case 'TrentService.Decrypt': {
      const { KeyId, CiphertextBlob, EncryptionContext } = parsed(decryptInput, body)
      const opened = keys.decrypt(KeyId, Buffer.from(CiphertextBlob, 'base64'), EncryptionContext)
      return { Plaintext: opened.plain.toString('base64'), KeyId: opened.keyId, ...algorithm }
    }
    default:
      throw new KmsFault('UnknownOperationException', 'only Encrypt and Decrypt are known here')
  }
}

function parsed<const Schema extends v.GenericSchema>(schema: Schema, body: string | undefined): v.InferOutput<Schema> {
  if (body === undefined) throw new KmsFault('SerializationException', 'the request is too large')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new KmsFault('SerializationException', 'the request is not JSON')
  }
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new KmsFault('ValidationException', `${v.getDotPath(result.issues[0]) ?? 'the request'} is not acceptable`)
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= largestBody) chunks.push(chunk)
  }
  return length > largestBody ? undefined : Buffer.concat(chunks).toString()
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}
