import { describe, inject } from 'vitest'
import { storeContracts } from './every-store.contract.ts'
import { makeDynamoWorld } from './world.ts'

describe('in DynamoDB', () => storeContracts((options) => makeDynamoWorld(inject('dynamoDbEndpoint'), options)))
