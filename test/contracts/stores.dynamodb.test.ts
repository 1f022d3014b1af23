import { describe, inject } from 'vitest'
import { storeContracts } from './store-contracts.ts'
import { makeDynamoWorld } from './store-world.ts'

describe('in DynamoDB', () => storeContracts((options) => makeDynamoWorld(inject('dynamoDbEndpoint'), options)))
