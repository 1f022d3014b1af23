import { KmsKeyWrapper } from '@rolecast/core/adapters/kms/key-wrapper'
import { MemoryKeyWrapper } from '@rolecast/core/adapters/memory/key-wrapper'
import { KeyWrapperUnavailable } from '@rolecast/core/application/ports'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KmsEmulator, startKms } from '../../infra/local/emulators/kms.ts'
import { keyWrapperContract } from './key-wrapper.contract.ts'

let kms: KmsEmulator
beforeAll(async () => {
  kms = await startKms()
})
afterAll(() => kms.stop())

keyWrapperContract('in memory', async () => [new MemoryKeyWrapper(), new MemoryKeyWrapper()])

keyWrapperContract('KMS', async () => [
  new KmsKeyWrapper({ keyId: 'arn:aws:kms:eu-west-1:111122223333:key/one', endpoint: kms.endpoint }),
  new KmsKeyWrapper({ keyId: 'two', endpoint: kms.endpoint }),
])

describe('KmsKeyWrapper', () => {
  it('says that nobody answers', async () => {
    const wrapper = new KmsKeyWrapper({ keyId: 'one', endpoint: 'http://127.0.0.1:1' })
    await expect(wrapper.wrap(new Uint8Array(8), {})).rejects.toThrow(KeyWrapperUnavailable)
    await expect(wrapper.unwrap(new Uint8Array(64), {})).rejects.toThrow(KeyWrapperUnavailable)
  })

  it('says that the key does not exist', async () => {
    const wrapper = new KmsKeyWrapper({
      keyId: `arn:aws:kms:eu-west-1:1:key/${'x'.repeat(300)}`,
      endpoint: kms.endpoint,
    })
    await expect(wrapper.wrap(new Uint8Array(8), {})).rejects.toThrow('Encrypt failed: NotFoundException')
  })

  it.each([0, 4_097])('takes %i bytes for a bug of the caller', async (length) => {
    const wrapper = new KmsKeyWrapper({ keyId: 'one', endpoint: kms.endpoint })
    await expect(wrapper.wrap(new Uint8Array(length), {})).rejects.toMatchObject({ name: 'ValidationException' })
  })
})
