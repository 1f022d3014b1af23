import { asList, member, textAt } from '../foreign.ts'

export interface SubjectNames {
  /** `iss` of subjects that are our accounts; other issuers' subjects say nothing of whose account it is. */
  readonly issuer: string
  /** Whether opaque identifiers and e-mail addresses are the names of our accounts. */
  readonly accounts: 'iss_sub' | 'opaque' | 'email'
}

/** Members of a complex subject that name a person; a session, a device or a tenant does not. */
const persons = ['user'] as const

/**
 * The account that a subject identifier (RFC 9493, complex subjects as in the Shared Signals Framework) names, as far as
 * the connection says how accounts are named. `undefined`: it cannot be told, so it may be anybody.
 */
export function accountOf(subject: unknown, names: SubjectNames, depth = 0): string | undefined {
  switch (textAt(subject, 'format')) {
    case 'iss_sub':
      return textAt(subject, 'iss') === names.issuer ? textAt(subject, 'sub') : undefined
    case 'opaque':
      return names.accounts === 'opaque' ? textAt(subject, 'id') : undefined
    case 'email':
      return names.accounts === 'email' ? textAt(subject, 'email') : undefined
    case 'aliases':
      return depth > 0 ? undefined : firstOf(asList(member(subject, 'identifiers')), names)
    case 'complex':
      return depth > 0
        ? undefined
        : firstOf(
            persons.map((name) => member(subject, name)),
            names,
          )
    default:
      return undefined
  }
}

function firstOf(subjects: readonly unknown[], names: SubjectNames): string | undefined {
  for (const each of subjects) {
    const account = accountOf(each, names, 1)
    if (account !== undefined) return account
  }
  return undefined
}
