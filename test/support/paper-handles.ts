import { createHash } from 'node:crypto'
import { handlesBy } from '@rolecast/core/domain/freshness/change-handle'

/** Change handles by no secret. */
export const paperHandle = handlesBy((text) => createHash('sha256').update(text).digest())
