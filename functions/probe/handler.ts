import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Takes a role from the synthetic account of a stage and gives it back, on a schedule, and says how long each took. */
export const handler = createHandler(connect(readConfig(process.env)))
