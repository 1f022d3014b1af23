/** The applications Rolecast ships, compiled with their lock files. Adding one is adding a folder and two lines here. */
import { compileCatalog } from '@rolecast/core/domain/catalog/compile'
import { readLock } from '@rolecast/core/domain/catalog/lock'
import appXchangeLock from './app-xchange/catalog.lock.json' with { type: 'json' }
import { catalog as appXchange } from './app-xchange/catalog.ts'
import customerV2Lock from './customer-v2/catalog.lock.json' with { type: 'json' }
import { catalog as customerV2 } from './customer-v2/catalog.ts'
import infobipLock from './infobip/catalog.lock.json' with { type: 'json' }
import { catalog as infobip } from './infobip/catalog.ts'
import interactLock from './interact/catalog.lock.json' with { type: 'json' }
import { catalog as interact } from './interact/catalog.ts'
import intuidyLock from './intuidy/catalog.lock.json' with { type: 'json' }
import { catalog as intuidy } from './intuidy/catalog.ts'

/** Every catalog by its application, which is also the audience of its tokens. */
export const catalogs = {
  'customer-v2': compileCatalog(customerV2, readLock(customerV2Lock)),
  'app-xchange': compileCatalog(appXchange, readLock(appXchangeLock)),
  infobip: compileCatalog(infobip, readLock(infobipLock)),
  intuidy: compileCatalog(intuidy, readLock(intuidyLock)),
  interact: compileCatalog(interact, readLock(interactLock)),
} as const

/** The applications that have a catalog. */
export type Application = keyof typeof catalogs
