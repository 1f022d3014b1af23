import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** Applies identity events from the queue: statements under the version guard, hints by asking the source. */
export const handler = createHandler(connect(readConfig(process.env)))
