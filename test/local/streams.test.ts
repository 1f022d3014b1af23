import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { emulatorClient } from '../../infra/local/emulators/dynamodb-table.ts'
import type { LocalStack } from '../../infra/local/runner/local-stack.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { REMEMBER, recall, startTestStack } from './fixtures/local-stack.ts'
import { stageFolder, type TestStage } from './fixtures/stage-folder.ts'

/** A table with a stream, and a function that reads it. */
function stage(mapping: object = {}, code = REMEMBER): TestStage {
  return {
    functions: { Fn: { code } },
    resources: {
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
          Replicas: [{ Region: 'eu-west-1' }],
        },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
          FunctionName: { Ref: 'Fn' },
          StartingPosition: 'TRIM_HORIZON',
          ...mapping,
        },
      },
      Dlq: { Type: 'AWS::SQS::Queue' },
    },
  }
}

async function put(stack: LocalStack, pk: string, n = '0') {
  const client = emulatorClient(stack.endpoints.dynamodb)
  await client.send(new PutItemCommand({ TableName: 'One-Table', Item: { pk: { S: pk }, n: { N: n } } }))
  client.destroy()
}

async function records(stack: LocalStack) {
  const events = (await recall(stack, 'One-Fn')) as readonly unknown[] as readonly {
    Records: { eventName: string; dynamodb: { Keys: { pk: { S: string } } } }[]
  }[]
  return events.flatMap(({ Records }) => Records).map(({ eventName, dynamodb }) => `${eventName} ${dynamodb.Keys.pk.S}`)
}

const one = { concurrency: 1 }

describe('the stream of a table', () => {
  it('feeds a function with every change, in order, as Lambda shapes it', async () => {
    const stack = await startTestStack(stage(), one)
    await put(stack, 'a')
    await put(stack, 'b')
    await put(stack, 'a', '1')
    const client = emulatorClient(stack.endpoints.dynamodb)
    await client.send(new DeleteItemCommand({ TableName: 'One-Table', Key: { pk: { S: 'b' } } }))
    client.destroy()
    await stack.settled()
    expect(await records(stack)).toEqual(['INSERT a', 'INSERT b', 'MODIFY a', 'REMOVE b'])
    const [first] = (await recall(stack, 'One-Fn')) as readonly { Records?: readonly unknown[] }[]
    expect(first?.Records?.[0]).toMatchObject({
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: expect.stringContaining(':table/One-Table/stream/'),
      dynamodb: { NewImage: { pk: { S: 'a' }, n: { N: '0' } }, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    })
  })
  it('leaves out writes that change nothing, which the emulator records', async () => {
    const stack = await startTestStack(stage(), one)
    await put(stack, 'a')
    await put(stack, 'a')
    await put(stack, 'a', '1')
    await stack.settled()
    expect(await records(stack)).toEqual(['INSERT a', 'MODIFY a'])
  })
  it('is filtered as the mapping says', async () => {
    const Pattern = JSON.stringify({ dynamodb: { NewImage: { pk: { S: [{ prefix: 'account#' }] } } } })
    const stack = await startTestStack(stage({ FilterCriteria: { Filters: [{ Pattern }] } }), one)
    await put(stack, 'account#1')
    await put(stack, 'role#1')
    await stack.settled()
    expect(await records(stack)).toEqual(['INSERT account#1'])
  })
  it('goes on after a poison record, which ends in the queue', async () => {
    const code = `
      const events = []
      export const handler = async (event) => {
        if (event.recall) return events
        if (event.Records.some(({ dynamodb }) => dynamodb.Keys.pk.S === 'poison')) throw new Error('poison')
        events.push(event)
      }`
    const failing = {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Dlq', 'Arn'] } } },
    }
    const stack = await startTestStack(stage(failing, code), one)
    for (const pk of ['a', 'poison', 'b']) await put(stack, pk)
    await stack.settled()
    expect(await records(stack)).toEqual(['INSERT a', 'INSERT b'])
    expect(stack.queue('One-Dlq')).toMatchObject([{ DDBStreamBatchInfo: { batchSize: 1 } }])
  })
  it('is read on from where it was after a restart', async () => {
    using folder = stageFolder({ One: stage() })
    const dataFolder = temporaryFolder()
    const options = { ...one, dataFolder, assembly: folder.outdir }
    const before = await startTestStack({}, options)
    await put(before, 'a')
    await before.settled()
    expect(await records(before)).toEqual(['INSERT a'])
    await before.close()
    const after = await startTestStack({}, options)
    await put(after, 'b')
    await after.settled()
    expect(await records(after)).toEqual(['INSERT b'])
  })
  it('may begin with the latest record', async () => {
    using old = stageFolder({ One: { resources: { Table: stage().resources?.['Table'] } } })
    using young = stageFolder({ One: stage({ StartingPosition: 'LATEST' }) })
    const dataFolder = temporaryFolder()
    const before = await startTestStack({}, { ...one, dataFolder, assembly: old.outdir })
    await put(before, 'before')
    await before.close()
    const after = await startTestStack({}, { ...one, dataFolder, assembly: young.outdir })
    await put(after, 'after')
    await after.settled()
    expect(await records(after)).toEqual(['INSERT after'])
  })
})
