import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { SynthesizedStage } from '../stage.fixture.ts'

const kept = ['staging', 'prod'].map((name) => [name, new SynthesizedStage(name)] as const)
const dev = new SynthesizedStage('dev')
const table = 'AWS::DynamoDB::GlobalTable'

describe.each(kept)('what must outlive a deployment, in %s', (_name, stage) => {
  const template = stage.template('data')

  it.each([table, 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Events::EventBus'])('keeps %s', (type) => {
    template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    expect(stage.resources(type, 'data').length).toBe(1)
  })

  it('keeps logs', () => {
    for (const group of stage.resources('AWS::Logs::LogGroup')) expect(group.DeletionPolicy).toBe('Retain')
  })

  it('refuses to delete the table', () => {
    template.hasResourceProperties(table, { Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })] })
  })
})

it('is thrown away with a dev stack: the checks above can fail', () => {
  for (const type of [table, 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Events::EventBus']) {
    dev.template('data').allResources(type, { DeletionPolicy: 'Delete' })
  }
})

describe.each([...kept, ['dev', dev] as const])('the table in %s', (_name, stage) => {
  it('can be restored to any second, streams both images, and expires items', () => {
    stage.template('data').hasResourceProperties(table, {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
    })
  })

  it('has one index, which is never read consistently: it shows no roles, and only reconciliation may ask it', () => {
    const [{ Properties }] = stage.resources(table, 'data')
    const [index, ...others] = Properties.GlobalSecondaryIndexes
    expect(others).toEqual([])
    expect(index.IndexName).toBe('lists')
    expect(index.Projection.ProjectionType).toBe('INCLUDE')
    for (const attribute of ['roles', 'confirmedAt', 'etag', 'applications', 'keys']) {
      expect(index.Projection.NonKeyAttributes).not.toContain(attribute)
    }
    const asking = stage.statements().filter(({ Resource }) => JSON.stringify(Resource).includes('/index/'))
    expect(asking.map(({ Action }) => Action)).toEqual(['dynamodb:Query'])
    expect(stage.statements('sync')).toContainEqual(asking[0])
  })
})

it('rotates the wrapping key', () => {
  dev.template('data').hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true, PendingWindowInDays: 30 })
})
