import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Fetches security events from the transmitters that are polled, on a schedule. */
export const handler = createHandler(connect(readConfig(process.env)))
