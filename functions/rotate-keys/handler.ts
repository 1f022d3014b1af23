import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Looks after the key ring: on a schedule, once at every deployment, and by hand in an emergency. */
export const handler = createHandler(connect(readConfig(process.env)))
