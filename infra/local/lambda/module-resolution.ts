import { registerHooks } from 'node:module'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { InstanceSettings } from './messages.ts'

/**
 * From here on this thread finds packages where Lambda would: in the bundle's own folder, then in the layers, and
 * `@aws-sdk` and `@smithy` in the runtime. Packages that merely happen to lie above the bundle on this machine are refused,
 * because they would be missing once deployed.
 */
export function resolveLikeLambda(settings: InstanceSettings): void {
  const task = pathToFileURL(settings.folder + sep).href
  const elsewhere = settings.layerModules.map(parentInside)
  const runtime = parentInside(settings.runtimeModules)
  registerHooks({
    resolve(specifier, context, next) {
      const parent = context.parentURL ?? ''
      if (
        !isBare(specifier) ||
        !(parent.startsWith(task) || elsewhere.some((layer) => parent.startsWith(folderOf(layer))))
      ) {
        return next(specifier, context)
      }
      const own = attempt(() => next(specifier, context))
      if (own !== undefined && (own.url.startsWith(task) || own.url.startsWith('node:'))) return own
      for (const parentURL of elsewhere) {
        const found = attempt(() => next(specifier, { ...context, parentURL }))
        if (found?.url.startsWith(folderOf(parentURL))) return found
      }
      if (/^@(aws-sdk|smithy)\//.test(specifier)) return next(specifier, { ...context, parentURL: runtime })
      throw Object.assign(
        new Error(`Cannot find package '${specifier}' imported from ${parent}: it is neither bundled nor in a layer`),
        { code: 'ERR_MODULE_NOT_FOUND' },
      )
    },
  })
}

/** Address of a file that does not exist beside `node_modules`, so that resolution starts in that folder. */
function parentInside(modules: string): string {
  return pathToFileURL(join(modules, '..', 'resolve-from-here.mjs')).href
}

function folderOf(parentUrl: string): string {
  return parentUrl.slice(0, parentUrl.lastIndexOf('/') + 1)
}

function isBare(specifier: string): boolean {
  return !/^([./#]|[a-z]+:)/.test(specifier)
}

function attempt<T>(resolve: () => T): T | undefined {
  try {
    return resolve()
  } catch (error) {
    // Not here: the next folder may have it.
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
