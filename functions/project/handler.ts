import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Follows the table's stream: member lists, counts, audit entries, events for product teams. On a schedule, tells what is overdue. */
export const handler = createHandler(connect(readConfig(process.env)))
