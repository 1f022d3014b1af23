// node start-child.mjs <index.mjs> [<folder of a layer>…]: imports a bundle and looks for its handler.
import { isBuiltin, registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [bundle, ...layers] = process.argv.slice(2)

registerHooks({
  resolve(specifier, context, next) {
    if (isBuiltin(specifier) || /^(?:file:|\.{0,2}\/)/.test(specifier)) return next(specifier, context)
    for (const layer of layers) {
      try {
        return next(specifier, { ...context, parentURL: pathToFileURL(join(layer, 'nodejs/layer.mjs')).href })
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
      }
    }
    throw new Error(`${specifier} is neither bundled nor in a layer`)
  },
})

const { handler } = await import(pathToFileURL(bundle).href)
if (typeof handler !== 'function') throw new TypeError('it exports no function "handler"')
// A bundle may have opened something that keeps the process alive.
process.exit(0)
