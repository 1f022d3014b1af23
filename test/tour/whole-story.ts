import type { Running } from '../../infra/local/running.ts'
import { tellDrift, tellViews } from './drift.ts'
import type { Narrator } from './narrator.ts'
import { tellOutage } from './outage.ts'
import { tellRemoval } from './removal.ts'
import { tellOkta, tellScim } from './sources.ts'
import { tellPoison, tellStorm } from './storm.ts'
import { tellRoleSystems, tellStory } from './story.ts'

interface Part {
  readonly title: string
  /** Leaves what it changes as it was, so that the tour can be played again. */
  readonly tell: (running: Running, narrator: Narrator, dataFolder: string) => Promise<void>
}

/** In the order in which it is told: the outage is last, as it needs somebody whose roles were confirmed a while ago. */
export const wholeStory: readonly Part[] = [
  { title: 'a role becomes a permission, and stops being one', tell: tellStory },
  { title: 'the other four role systems', tell: tellRoleSystems },
  { title: 'a role that is taken away bites within the bound', tell: tellRemoval },
  { title: 'a storm of events leaves what iX Admin says', tell: tellStorm },
  { title: 'an event that cannot be applied is parked', tell: tellPoison },
  { title: 'a push by SCIM', tell: tellScim },
  { title: 'a hint of an Okta', tell: tellOkta },
  { title: 'a lost event is found by reconciliation', tell: tellDrift },
  { title: 'the product team and the auditors see a change', tell: tellViews },
  { title: 'the identity admin goes down, and comes back', tell: tellOutage },
]
