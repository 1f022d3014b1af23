import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listen } from '../../infra/local/listen.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { httpApi } from './fixtures/apis.ts'
import { startTestStack } from './fixtures/local-stack.ts'
import { stageFolder, type TestStage } from './fixtures/stage-folder.ts'

/** Counts in a table, behind an HTTP API, and is told the address of that API. */
const COUNTER = `
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
const client = new DynamoDBClient({})
export const handler = async (event) => {
  if (event.fail === true) throw new Error('fail')
  const { Attributes } = await client.send(new UpdateItemCommand({
    TableName: process.env.TABLE, Key: { pk: { S: 'count' } }, ReturnValues: 'ALL_NEW',
    UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } },
  }))
  return { count: Number(Attributes.n.N), url: process.env.URL }
}`

function stage(more: Readonly<Record<string, unknown>> = {}, code = COUNTER): TestStage {
  return {
    functions: {
      Counter: {
        code,
        timeout: 10,
        more: { MemorySize: 256 },
        environment: { TABLE: { Ref: 'Table' }, URL: { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] } },
      },
    },
    resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'counts',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        },
      },
      ...httpApi({ routes: { 'GET /count': { function: 'Counter' } } }),
      ...more,
    },
    template: { Outputs: { Url: { Value: { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] } } } },
  }
}
const trigger = {
  Trigger: { Type: 'Custom::Trigger', Properties: { HandlerArn: { Ref: 'Version' } } },
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Counter' } } },
}

describe('the local stack', () => {
  it('joins API, function and table, by the addresses of this machine', async () => {
    const stack = await startTestStack(stage())
    const url = stack.outputs['One']?.['Url']
    expect(url).toBe(stack.urls['Http'])
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${url}/count`)).json()).toEqual({ count: 1, url })
    await expect(stack.invoke('Count', {})).rejects.toMatchObject({ message: expect.stringContaining('One-Counter') })
    expect(stack.tables).toEqual(['counts'])
  })
  it('keeps its data between starts', async () => {
    using folder = stageFolder({ One: stage() })
    const options = { dataFolder: temporaryFolder(), assembly: folder.outdir }
    for (const count of [1, 2]) {
      const stack = await startTestStack({}, options)
      expect(await stack.invoke('One-Counter', {})).toMatchObject({ payload: { count } })
      await stack.close()
    }
    const elsewhere = await startTestStack({}, { ...options, dataFolder: temporaryFolder() })
    expect(await elsewhere.invoke('One-Counter', {})).toMatchObject({ payload: { count: 1 } })
  })
  it('invokes once what a deployment would invoke', async () => {
    const stack = await startTestStack(stage(trigger))
    expect(await stack.invoke('One-Counter', {})).toMatchObject({ payload: { count: 2 } })
  })
  it('does not start when that fails', async () => {
    const start = startTestStack(stage(trigger, `export const handler = async () => { throw new Error('no key') }`))
    await expect(start).rejects.toMatchObject({ code: 'trigger_failed', message: expect.stringContaining('no key') })
  })
  it('says which resources it does not know', async () => {
    const stack = await startTestStack(stage({ Machine: { Type: 'AWS::StepFunctions::StateMachine' } }))
    expect(stack.lines).toContainEqual(
      expect.stringContaining('One/Machine: AWS::StepFunctions::StateMachine is not emulated'),
    )
  })
  it('ends everything it started', async () => {
    const stack = await startTestStack(stage())
    await stack.close()
    for (const url of [stack.urls['Http'] ?? '', ...Object.values(stack.endpoints)])
      await expect(fetch(url)).rejects.toThrow()
  })
})

describe('what stands in the way of the local stack', () => {
  const hold = (port: number) => listen(createServer(), { what: 'the test', port })
  async function freePorts() {
    const held = await Promise.all([0, 0, 0, 0].map(hold))
    await Promise.all(held.map((listening) => listening.close()))
    const [api = 0, dynamodb = 0, kms = 0, services = 0] = held.map(({ port }) => port)
    return { api, dynamodb, kms, services }
  }
  it.each([
    ['api', 'the API Http'],
    ['dynamodb', 'DynamoDB'],
    ['kms', 'key service'],
    ['services', 'the local services'],
  ] as const)('an occupied port (%s) is named, and nothing stays running', async (taken, name) => {
    const { api, ...ports } = await freePorts()
    const port = { api, ...ports }[taken]
    const other = await hold(port)
    await expect(startTestStack(stage(), { ports: { ...ports, apis: { Http: api } } })).rejects.toMatchObject({
      name: 'PortOccupied',
      message: expect.stringMatching(new RegExp(`${port}.*${name}`)),
    })
    await other.close()
    for (const free of [api, ...Object.values(ports)]) await (await hold(free)).close()
  })
  it.each(['dynamodb.db', 'kms.json', 'secrets.json'])('a damaged %s is named, and left as it is', async (file) => {
    const dataFolder = temporaryFolder()
    writeFileSync(join(dataFolder, file), 'nonsense')
    const start = startTestStack(stage({ Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} } }), {
      dataFolder,
    })
    await expect(start).rejects.toMatchObject({
      name: 'CorruptDataFile',
      message: expect.stringContaining(join(dataFolder, file)),
    })
  })
})
