// Preloaded into processes that must not use the network: notes every attempt in the file NETWORK_LOG, and fails it.

import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'

const refuse = (what) => {
  appendFileSync(process.env.NETWORK_LOG, `${what}\n`)
  throw new Error(`no network: ${what}`)
}
const connect = Socket.prototype.connect
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args
  // A pipe to another process of this machine is no network.
  return options?.path === undefined ? refuse(`connect ${JSON.stringify(options)}`) : connect.apply(this, args)
}
dns.lookup = (name) => refuse(`lookup ${name}`)
