/**
 * node:crypto, loaded when a signature is first to be verified: loading it costs a fifth of what an empty function costs to
 * start, and `import` more than that, because it also reads every lazy part (webcrypto).
 */
export function nodeCrypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}

let loaded: typeof import('node:crypto') | undefined
