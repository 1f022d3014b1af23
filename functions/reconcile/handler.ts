import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Keeps what is stored in step with its sources, page by page: called by the schedule and by the table's stream. */
export const handler = createHandler(connect(readConfig(process.env)))
