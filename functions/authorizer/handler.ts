import { createAuthorizer } from './authorize.ts'
import { readConfig } from './config.ts'
import { createDependencies } from './dependencies.ts'

/** The deployed Lambda authorizer of one application. */
export const handler = createAuthorizer(createDependencies(readConfig(process.env)))
