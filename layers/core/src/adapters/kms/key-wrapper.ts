import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { type KeyWrapper, KeyWrapperUnavailable, UnwrapRefused } from '../../application/ports.ts'

export interface KmsKeyWrapperOptions {
  /** Key id or ARN of a symmetric KMS key. */
  readonly keyId: string
  /** Only for one machine; otherwise the SDK finds it (AWS_ENDPOINT_URL_KMS, region). */
  readonly endpoint?: string
}

/** KMS took the request and says that these bytes are not what was wrapped with this key and context. */
const refusals: ReadonlySet<string> = new Set(['InvalidCiphertextException', 'IncorrectKeyException'])

/** A request that KMS can never take: a bug. */
const bugs: ReadonlySet<string> = new Set(['ValidationException', 'SerializationException'])

/**
 * Wraps with AWS KMS: 1 to 4,096 bytes, the context bound as additional authenticated data and written to KMS's audit
 * log, so it holds nothing secret. Three attempts of at most two seconds.
 */
export class KmsKeyWrapper implements KeyWrapper {
  readonly #client: KMSClient
  readonly #keyId: string

  constructor({ keyId, endpoint }: KmsKeyWrapperOptions) {
    this.#client = new KMSClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
      ...(endpoint !== undefined && { endpoint }),
    })
    this.#keyId = keyId
  }

  async wrap(plain: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const command = new EncryptCommand({ KeyId: this.#keyId, Plaintext: plain, EncryptionContext: { ...context } })
    const { CiphertextBlob } = await asked('Encrypt', () => this.#client.send(command))
    if (CiphertextBlob === undefined) throw new KeyWrapperUnavailable('Encrypt answered without a ciphertext')
    return CiphertextBlob
  }

  async unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array> {
    if (wrapped.length === 0) throw new UnwrapRefused('nothing to unwrap')
    const command = new DecryptCommand({
      KeyId: this.#keyId,
      CiphertextBlob: wrapped,
      EncryptionContext: { ...context },
    })
    const { Plaintext } = await asked('Decrypt', () => this.#client.send(command))
    if (Plaintext === undefined) throw new KeyWrapperUnavailable('Decrypt answered without a plaintext')
    return Plaintext
  }
}

async function asked<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof Error) || bugs.has(error.name)) throw error
    if (refusals.has(error.name)) throw new UnwrapRefused(`${operation}: ${error.name}`, { cause: error })
    if (!('$metadata' in error) && error.name !== 'CredentialsProviderError') throw error
    throw new KeyWrapperUnavailable(`${operation} failed: ${error.name}`, { cause: error })
  }
}
