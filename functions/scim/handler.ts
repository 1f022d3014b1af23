import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** The SCIM 2.0 service provider behind an API Gateway HTTP API, payload 2.0. */
export const handler = createHandler(connect(readConfig(process.env)))
