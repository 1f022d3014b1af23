import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'
import { connect } from './dependencies.ts'

/** What identity providers deliver over HTTP: each connection at `/hooks/{name}`. */
export const handler = createHandler(connect(readConfig(process.env)))
