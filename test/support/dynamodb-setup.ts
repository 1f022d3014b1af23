import type { TestProject } from 'vitest/node'
import { type DynamoDbEmulator, startDynamoDb } from '../../infra/local/emulators/dynamodb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the one DynamoDB emulator of the run; every test makes tables of its own. */
    dynamoDbEndpoint: string
  }
}

let emulator: DynamoDbEmulator | undefined

/** One emulator for all integration tests, in memory; DYNAMODB_ENDPOINT names another DynamoDB to test against. */
export async function setup(project: TestProject): Promise<void> {
  emulator = await startDynamoDb()
  project.provide('dynamoDbEndpoint', emulator.endpoint)
}

export async function teardown(): Promise<void> {
  await emulator?.stop()
}
