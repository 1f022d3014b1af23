import type { Assembly } from '../assembly/assembly.ts'
import { isRecord } from '../assembly/template.ts'
import type { Log } from '../lambda/log.ts'
import { nameOfBus } from './rule.ts'

/** Values of the condition keys of one PutEvents request; those of several entries together. */
type RequestKeys = Readonly<Record<string, readonly string[]>>

/** Whether the resource policy of a bus denies a request of the stage's own account, which may do all else. */
export type DeniesPutEvents = (request: { readonly bus: string; readonly sources: readonly string[] }) => boolean

interface Denial {
  readonly bus: string
  readonly holds: (keys: RequestKeys) => boolean
}

/**
 * Reads the `Deny` statements of every bus. What the policy allows to others is of no account here: everybody on this machine
 * is the stage's own account. A statement with a condition that cannot be told here (roles, networks) is left out, and the log
 * says so.
 */
export function readBusPolicies(assembly: Assembly, account: string, log: Log): DeniesPutEvents {
  const denials = assembly.resources('AWS::Events::EventBusPolicy').flatMap(({ path, properties }): Denial[] => {
    const statement = properties['Statement']
    if (!isRecord(statement) || statement['Effect'] !== 'Deny' || !isAbout(statement['Action'])) return []
    const conditions = isRecord(statement['Condition']) ? Object.entries(statement['Condition']) : []
    const holds = conditions.flatMap(([operator, keys]) => readCondition(operator, keys) ?? [])
    if (holds.length < conditions.length) {
      log('bus', `${path}: the statement has conditions that cannot be told on this machine, and does not hold here`)
      return []
    }
    return [{ bus: nameOfBus(properties['EventBusName']), holds: (request) => holds.every((each) => each(request)) }]
  })
  return ({ bus, sources }) =>
    denials.some(
      (denial) => denial.bus === bus && denial.holds({ 'events:source': sources, 'aws:PrincipalAccount': [account] }),
    )
}

const known = ['events:source', 'aws:PrincipalAccount']

function readCondition(operator: string, keys: unknown): Denial['holds'] | undefined {
  const [, set, test] = /^(?:(ForAnyValue|ForAllValues):)?(StringEquals|StringNotEquals)$/.exec(operator) ?? []
  const entries = isRecord(keys) ? Object.entries(keys) : []
  if (test === undefined || entries.some(([key]) => !known.includes(key))) return undefined
  return (request) =>
    entries.every(([key, value]) => {
      const listed = [value].flat().map(String)
      const passes = (given: string) => listed.includes(given) === (test === 'StringEquals')
      const values = request[key] ?? []
      return set === 'ForAnyValue' ? values.some(passes) : values.every(passes)
    })
}

function isAbout(action: unknown): boolean {
  return [action].flat().some((each) => each === 'events:PutEvents' || each === 'events:*' || each === '*')
}
