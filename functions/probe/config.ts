import { type ProbeSettings, probeSettings } from '@rolecast/core/adapters/environment/probe-settings'
import { secureUrl } from '@rolecast/core/adapters/environment/secure-url'
import { InvalidConfig, readSettings, text, whole } from '@rolecast/core/adapters/environment/settings'
import { longestRoundMs, type PromiseTerms } from '@rolecast/core/application/promise/measure-promise'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import * as v from 'valibot'

/** The settings of the probe, from its environment. */
export interface ProbeConfig {
  readonly stage: string
  /** Where the token service answers, without a slash at the end. */
  readonly tokenService: string
  readonly settings: ProbeSettings
  /** Name of the secret: `{"signIn":"…","role":"…"}`. */
  readonly secret: string
  readonly terms: PromiseTerms
  /** Of every request, milliseconds. */
  readonly deadlineMs: number
}

/** A request that takes longer is given up, and counts as unanswered. */
const deadlineMs = 3_000

const schema = v.strictObject({
  ROLECAST_STAGE: text,
  ROLECAST_TOKEN_SERVICE: secureUrl,
  ROLECAST_PROBE: v.pipe(v.string(), v.parseJson(undefined, 'must be JSON'), probeSettings),
  ROLECAST_PROBE_SECRET: text,
  /** How long the function may run. */
  ROLECAST_PROBE_SECONDS: whole({ otherwise: 240, least: 30, most: 900 }),
  ROLECAST_TOKEN_SECONDS: whole(tokenLife),
})

/**
 * Reads and checks the environment once. A round has to fit into the function's time and into the life of a token, which
 * would be refused for another reason than the one that is measured.
 * @throws {InvalidConfig}
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ProbeConfig {
  const output = readSettings('the probe', schema, env)
  const settings = output.ROLECAST_PROBE
  if (settings.limitSeconds <= settings.boundSeconds) {
    throw new InvalidConfig('the probe cannot start. ROLECAST_PROBE: limitSeconds must be more than boundSeconds')
  }
  const terms: PromiseTerms = {
    rounds: 1,
    callers: settings.connections,
    everyMs: 400,
    limitMs: settings.limitSeconds * 1000,
    // A second more than an authorizer goes without reading the change feed.
    deniedForMs: 6_000,
    allowedForMs: 1_000,
    inARow: 5,
    // An authorizer resolves another refusal of an account after two seconds.
    restMs: 3_000,
    staggerMs: 0,
  }
  const seconds = Math.min(output.ROLECAST_PROBE_SECONDS, output.ROLECAST_TOKEN_SECONDS)
  if (longestRoundMs(terms, deadlineMs) > seconds * 1000) {
    throw new InvalidConfig(`the probe cannot start. ROLECAST_PROBE: limitSeconds leaves no round within ${seconds} s`)
  }
  return {
    stage: output.ROLECAST_STAGE,
    tokenService: output.ROLECAST_TOKEN_SERVICE.replace(/\/$/, ''),
    settings,
    secret: output.ROLECAST_PROBE_SECRET,
    terms,
    deadlineMs,
  }
}
