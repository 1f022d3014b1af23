import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isRecord } from '../assembly/template.ts'

export type Handler = (event: unknown, context: unknown) => unknown

/**
 * Imports the module of a handler setting (`index.handler`) and gives its function.
 *
 * @throws Error with the name that Lambda reports: module or export missing, or a handler that asks for a callback, which
 * Node 24 no longer gets.
 */
export async function loadHandler(folder: string, setting: string): Promise<Handler> {
  const dot = setting.lastIndexOf('.')
  const [file, name] = [setting.slice(0, dot), setting.slice(dot + 1)]
  const path = ['.mjs', '.js', '.cjs']
    .map((extension) => join(folder, file + extension))
    .find((found) => existsSync(found))
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`)
  const module: unknown = await import(pathToFileURL(path).href)
  const handler = isRecord(module)
    ? (module[name] ?? (isRecord(module['default']) ? module['default'][name] : undefined))
    : undefined
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${setting} is undefined or not exported`)
  }
  if (handler.length > 2) {
    throw named('Runtime.CallbackHandlerDeprecated', 'Node 24 handlers take (event, context) and return a promise')
  }
  return handler as Handler
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
