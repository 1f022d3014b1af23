import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAssembly } from '../../infra/local/assembly/assembly.ts'
import type { FunctionPool } from '../../infra/local/lambda/function-pool.ts'
import { openFunctions } from '../../infra/local/lambda/functions.ts'
import { stageFolder, type TestFunction, type TestStage } from './fixtures/stage-folder.ts'

function open(fn: TestFunction, stage: TestStage = {}, where = {}) {
  const folder = stageFolder({ One: { ...stage, functions: { Fn: fn } } }, where)
  const lines: string[] = []
  const functions = openFunctions(openAssembly(folder), {
    endpoints: { DYNAMODB: 'http://127.0.0.1:9' },
    log: (source, line) => lines.push(`${source}: ${line}`),
  })
  onTestFinished(async () => {
    await functions.close()
    folder[Symbol.dispose]()
  })
  return { pool: functions.find('One-Fn'), lines }
}

async function payload(pool: FunctionPool, event: unknown = {}): Promise<unknown> {
  const answer = await pool.invoke(event)
  return answer.outcome === 'returned' ? answer.payload : answer.error
}

describe('a function', () => {
  it('gets its event and a context as in Lambda', async () => {
    const { pool } = open({
      code: `export const handler = async (event, context) => ({ event, ...context, left: context.getRemainingTimeInMillis() })`,
      timeout: 7,
      more: { MemorySize: 256 },
    })
    expect(await payload(pool, { a: [1] })).toEqual({
      event: { a: [1] },
      left: expect.closeTo(7000, -3),
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'One-Fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:One-Fn',
      memoryLimitInMB: '256',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/One-Fn',
      logStreamName: 'local',
    })
  })
  it('sees the environment of its template, what Lambda adds, and nothing of ours', async () => {
    process.env['OF_THE_RUNNER'] = 'secret'
    onTestFinished(() => {
      delete process.env['OF_THE_RUNNER']
    })
    const { pool } = open({
      code: 'export const handler = async () => process.env',
      environment: { OWN: { Ref: 'AWS::Region' } },
    })
    const env = await payload(pool)
    expect(env).toMatchObject({
      OWN: 'eu-west-1',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'One-Fn',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
    })
    expect(env).not.toHaveProperty('OF_THE_RUNNER')
    expect(env).not.toHaveProperty('PATH')
  })
  it('stays warm, answers one event at a time, and grows to a bound', async () => {
    const { pool } = open({
      code: `
        const instance = Math.random()
        let busy = 0
        export const handler = async () => {
          busy += 1
          await new Promise((resolve) => setTimeout(resolve, 50))
          return { instance, together: busy-- }
        }`,
    })
    const answers = (await Promise.all(Array.from({ length: 12 }, () => payload(pool)))) as {
      instance: number
      together: number
    }[]
    expect(answers.map(({ together }) => together)).toEqual(Array(12).fill(1))
    expect(new Set(answers.map(({ instance }) => instance)).size).toBe(4)
    await payload(pool)
    expect(pool.starts).toBe(4)
  })
  it('has its instances take turns, and counts what each was given', async () => {
    const { pool } = open({
      code: 'export const handler = async () => new Promise((resolve) => setTimeout(resolve, 50))',
    })
    await Promise.all(Array.from({ length: 4 }, () => pool.invoke({ routeKey: 'GET /flows' })))
    for (let place = 0; place < 8; place++) await pool.invoke(place)
    expect(pool.counts()).toEqual({ instances: [3, 3, 3, 3], routes: { 'GET /flows': 4, other: 8 } })
  })
  it('writes to the log under its name, line by line', async () => {
    const { pool, lines } = open({
      code: `console.log('loading'); export const handler = async () => { process.stdout.write('{"event":"x"}\\nmore\\n'); console.error('bad') }`,
    })
    await payload(pool)
    await wait(50)
    expect(lines).toEqual(
      expect.arrayContaining(['One-Fn: loading', 'One-Fn: {"event":"x"}', 'One-Fn: more', 'One-Fn: bad']),
    )
  })
  it.each([
    ['what it throws', `throw new RangeError('no')`, { errorType: 'RangeError', errorMessage: 'no' }],
    ['an answer that is no JSON', 'return 1n', { errorType: 'Runtime.MarshalError' }],
    ['an answer over 6 MB', `return 'x'.repeat(6 * 1024 * 1024)`, { errorType: 'Function.ResponseSizeTooLarge' }],
  ])('reports %s, and stays warm', async (_, body, error) => {
    const { pool } = open({ code: `export const handler = async () => { ${body} }` })
    expect(await payload(pool)).toMatchObject(error)
    await payload(pool)
    expect(pool.starts).toBe(1)
  })
  it.each([
    ['takes too long', 'await new Promise((resolve) => setTimeout(resolve, 5000))', 'Sandbox.Timedout'],
    ['spins', 'for (;;);', 'Sandbox.Timedout'],
    ['ends itself', 'process.exit(1)', 'Runtime.ExitError'],
    [
      'forgets a rejection',
      `Promise.reject(new Error('lost')); await new Promise((resolve) => setTimeout(resolve, 500))`,
      'Runtime.UnhandledPromiseRejection',
    ],
  ])('that %s is lost: the next invocation is a cold start', async (_, body, errorType) => {
    const { pool } = open({
      code: `export const handler = async ({ bad }) => { if (bad) { ${body} } return 'fine' }`,
      timeout: 1,
    })
    expect(await payload(pool, { bad: true })).toMatchObject({ errorType })
    expect(await payload(pool)).toBe('fine')
    expect(pool.starts).toBe(2)
  })
  it('that ends between two events does not take the next one with it', async () => {
    const { pool } = open({
      code: 'export const handler = async () => { setTimeout(() => process.exit(1), 10); return 1 }',
    })
    expect(await payload(pool)).toBe(1)
    await wait(200)
    expect(await payload(pool)).toBe(1)
    expect(pool.starts).toBe(2)
  })
  it.each([
    ['fails while loading', `throw new Error('no settings')`, { errorType: 'Error', errorMessage: 'no settings' }],
    ['has no such export', 'export const other = 1', { errorType: 'Runtime.HandlerNotFound' }],
    ['does not parse', 'export const = 1', { errorType: 'SyntaxError' }],
    [
      'wants a callback',
      'export const handler = (event, context, callback) => callback()',
      { errorType: 'Runtime.CallbackHandlerDeprecated' },
    ],
  ])('that %s says so at every invocation', async (_, code, error) => {
    const { pool } = open({ code })
    expect(await payload(pool)).toMatchObject(error)
    expect(await payload(pool)).toMatchObject(error)
    expect(pool.starts).toBe(2)
  })
})

describe('packages', () => {
  const code = `import { answer } from '@acme/sdk'; export const handler = async () => answer`
  const layers = {
    Sdk: {
      'nodejs/node_modules/@acme/sdk/package.json': '{"type":"module","exports":{"default":"./index.js"}}',
      'nodejs/node_modules/@acme/sdk/index.js': 'export const answer = 42',
    },
  }
  it('come from a layer', async () => {
    const { pool } = open({ code, more: { Layers: [{ Ref: 'Sdk' }] } }, { layers })
    expect(await payload(pool)).toBe(42)
  })
  it('are missing without the layer (control)', async () => {
    const { pool } = open({ code }, { layers })
    expect(await payload(pool)).toMatchObject({ errorType: 'Runtime.ImportModuleError' })
  })
  it('of this repository are not there, although they lie above a bundle', async () => {
    const code = `import 'valibot'; export const handler = async () => 1`
    const { pool } = open({ code }, {}, { parent: join(import.meta.dirname, '../../node_modules/.cache') })
    expect(await payload(pool)).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringContaining('neither bundled nor in a layer'),
    })
  })
  it('of the AWS SDK come with the runtime', async () => {
    const { pool } = open({
      code: `import { KMSClient } from '@aws-sdk/client-kms'; export const handler = async () => typeof KMSClient`,
    })
    expect(await payload(pool)).toBe('function')
  })
})
