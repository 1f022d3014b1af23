import type { LoadHookSync } from 'node:module'
import type { PlantedBug } from './planted-bugs.ts'

/**
 * Loads one source file with a mistake in it: each text must stand there exactly once, so that a mistake that no longer fits the code is
 * an error and not a test that proves nothing.
 */
export function patchSource({ file, find, replace }: Pick<PlantedBug, 'file' | 'find' | 'replace'>): LoadHookSync {
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(`/${file}`) || loaded.source === undefined || loaded.source === null) return loaded
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source)
    return { ...loaded, source: patched(source, find, replace, file) }
  }
}

function patched(source: string, find: string, replace: string, file: string): string {
  const pieces = source.split(find)
  if (pieces.length !== 2)
    throw new Error(`${file}: the text to replace stands there ${pieces.length - 1} times: ${find}`)
  return pieces.join(replace)
}
