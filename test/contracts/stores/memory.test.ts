import { describe } from 'vitest'
import { storeContracts } from './every-store.contract.ts'
import { makeMemoryWorld } from './world.ts'

describe('in memory', () => storeContracts(makeMemoryWorld))
