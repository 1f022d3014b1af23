import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CorruptDataFile } from '../data-file.ts'
import { PortOccupied } from '../listen.ts'
import { type KmsEmulator, startKms } from './kms.ts'

let folder: string
let file: string
let running: KmsEmulator[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecast-kms-'))
  file = join(folder, 'data', 'kms.json')
  running = []
})

afterEach(async () => {
  for (const kms of running) await kms.stop()
  await rm(folder, { recursive: true })
})

async function started(options: Parameters<typeof startKms>[0] = {}): Promise<KmsEmulator> {
  const kms = await startKms(options)
  running.push(kms)
  return kms
}

function clientOf({ endpoint }: KmsEmulator): KMSClient {
  return new KMSClient({ endpoint, maxAttempts: 1 })
}

async function post(kms: KmsEmulator, target: string, body: string): Promise<{ status: number; type: unknown }> {
  const response = await fetch(kms.endpoint, { method: 'POST', headers: { 'x-amz-target': target }, body })
  const answer = (await response.json()) as Record<string, unknown>
  return { status: response.status, type: answer['__type'] }
}

const Plaintext = Buffer.from('a private key')
const EncryptionContext = { stage: 'local' }

describe('the local key service', () => {
  it('keeps its key across runs, readable by its owner only', async () => {
    const first = await started({ file })
    const { CiphertextBlob, KeyId } = await clientOf(first).send(
      new EncryptCommand({ KeyId: 'one', Plaintext, EncryptionContext }),
    )
    expect(KeyId).toBe('one')
    await first.stop()
    running.pop()

    const second = await started({ file })
    const opened = await clientOf(second).send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('a private key')
    expect(opened).toMatchObject({ KeyId: 'one', EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('names its errors as KMS does', async () => {
    const kms = await started()
    const client = clientOf(kms)
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: 'one', Plaintext, EncryptionContext }))
    const decrypt = (input: object) =>
      client
        .send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...input }))
        .catch((error: Error) => error.name)
    expect(await decrypt({ KeyId: 'two' })).toBe('IncorrectKeyException')
    expect(await decrypt({ EncryptionContext: { stage: 'prod' } })).toBe('InvalidCiphertextException')
    expect(await decrypt({ CiphertextBlob: Buffer.from('nonsense') })).toBe('InvalidCiphertextException')

    expect(await post(kms, 'TrentService.Sign', '{}')).toEqual({ status: 400, type: 'UnknownOperationException' })
    expect(await post(kms, 'TrentService.Encrypt', 'no')).toEqual({ status: 400, type: 'SerializationException' })
    expect(await post(kms, 'TrentService.Encrypt', '{"KeyId":7}')).toEqual({ status: 400, type: 'ValidationException' })
    const large = JSON.stringify({ KeyId: 'one', Plaintext: 'A'.repeat(1_100_000) })
    expect(await post(kms, 'TrentService.Encrypt', large)).toEqual({ status: 400, type: 'SerializationException' })
  })

  it.each([
    ['no JSON', 'x'],
    ['a key of another length', JSON.stringify({ version: 1, master: 'AAAA' })],
    ['another version', JSON.stringify({ version: 2, master: Buffer.alloc(32).toString('base64') })],
  ])('refuses a damaged key file: %s', async (_, content) => {
    const damaged = join(folder, 'kms.json')
    await writeFile(damaged, content)
    const failure = await startKms({ file: damaged }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CorruptDataFile)
    expect(String(failure)).toContain(damaged)
    expect(await readFile(damaged, 'utf8')).toBe(content)
  })

  it('says which port is occupied', async () => {
    const first = await started()
    const port = Number(new URL(first.endpoint).port)
    await expect(startKms({ port })).rejects.toThrow(PortOccupied)
  })
})
