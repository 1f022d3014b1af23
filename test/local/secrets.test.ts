import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestStack } from './fixtures/local-stack.ts'
import { stageFolder, type TestStage } from './fixtures/stage-folder.ts'

const secret = (properties: object, path?: string) => ({
  Type: 'AWS::SecretsManager::Secret',
  Properties: properties,
  ...(path === undefined ? {} : { Metadata: { 'aws:cdk:path': path } }),
})
const stage: TestStage = {
  resources: {
    Made: secret({ GenerateSecretString: { PasswordLength: 20 } }),
    Template: secret({
      Name: 'by-name',
      GenerateSecretString: { SecretStringTemplate: '{"clientId":"rolecast"}', GenerateStringKey: 'clientSecret' },
    }),
    Fixed: secret({ SecretString: 'as written' }),
    Given: secret({ GenerateSecretString: {} }, 'stage/data/IdentityAdminSecret/Resource'),
  },
  template: {
    Outputs: Object.fromEntries(['Made', 'Template', 'Fixed', 'Given'].map((id) => [id, { Value: { Ref: id } }])),
  },
}

async function start(options: object = {}) {
  const stack = await startTestStack(stage, { secrets: { IdentityAdminSecret: 'given' }, ...options })
  const client = new SecretsManagerClient({
    endpoint: stack.endpoints.services,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const read = async (SecretId: string) =>
    (await client.send(new GetSecretValueCommand({ SecretId: stack.outputs['One']?.[SecretId] ?? SecretId })))
      .SecretString
  return { stack, read }
}

describe('a secret', () => {
  it('is made up as the template says', async () => {
    const { read } = await start()
    expect(await read('Made')).toHaveLength(20)
    expect(JSON.parse((await read('Template')) ?? '')).toEqual({
      clientId: 'rolecast',
      clientSecret: expect.stringMatching(/^\w{32}$/),
    })
    expect(await read('Fixed')).toBe('as written')
  })
  it('is found by its ARN or its name', async () => {
    const { read } = await start()
    expect(await read('by-name')).toBe(await read('Template'))
  })
  it('is the given one where one is given', async () => {
    expect(await (await start()).read('Given')).toBe('given')
  })
  it('stays the same between starts', async () => {
    using folder = stageFolder({ One: stage })
    const options = { assembly: folder.outdir, dataFolder: temporaryFolder() }
    const before = await start(options)
    const made = await before.read('Made')
    await before.stack.close()
    expect(await (await start(options)).read('Made')).toBe(made)
    expect(await (await start({ assembly: folder.outdir, dataFolder: temporaryFolder() })).read('Made')).not.toBe(made)
  })
  it('that no stack has cannot be read', async () => {
    const { read } = await start()
    await expect(read('another')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
  it('that no stack has cannot be given', async () => {
    await expect(start({ secrets: { Misspelt: 'x' } })).rejects.toMatchObject({
      code: 'secret_unknown',
      message: expect.stringContaining('IdentityAdminSecret'),
    })
  })
})
