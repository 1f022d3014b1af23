import { describe } from 'vitest'
import { storeContracts } from './store-contracts.ts'
import { makeMemoryWorld } from './store-world.ts'

describe('in memory', () => storeContracts(makeMemoryWorld))
