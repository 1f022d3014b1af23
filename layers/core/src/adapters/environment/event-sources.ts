import * as v from 'valibot'
import { secureUrl } from './secure-url.ts'
import { text } from './settings.ts'

/**
 * `source` of the hints that our own functions put onto the bus. They have verified who sent them, so they may hint about
 * every organization; nobody outside the account may use the name.
 */
export const hintSource = 'rolecast.hooks'

/** Who may state, by the `source` of its events; also for whom, and whether it has to sign. */
export const eventSources = v.pipe(
  v.array(
    v.strictObject({
      source: v.pipe(
        text,
        v.maxLength(256),
        v.notValue(hintSource, 'is the name of our own hints'),
        v.check((name) => !name.startsWith('aws.'), 'is a name that only AWS may use'),
      ),
      /** Name of the identity admin for whose organizations it states. Absent: the first. */
      identityAdmin: v.optional(text),
      /** The only organizations it states for. Absent: every one of its identity admin. */
      organizations: v.optional(v.pipe(v.array(text), v.nonEmpty('must name an organization'))),
      /** Where its keys are. With it, what is not signed with one of them is not believed. */
      jwksUri: v.optional(secureUrl),
    }),
  ),
  v.check((all) => new Set(all.map(({ source }) => source)).size === all.length, 'names a source twice'),
)

export type EventSourceSettings = v.InferOutput<typeof eventSources>[number]
