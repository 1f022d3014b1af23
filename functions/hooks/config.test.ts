import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { describe, expect, it } from 'vitest'
import { hookConnectionsFor } from '../../test/support/hooks.ts'
import { readConfig as readPolls } from '../poll-signals/config.ts'
import { readConfig } from './config.ts'

const connections = hookConnectionsFor('https://idp.example/jwks')
const env = { ROLECAST_TABLE: 'table', ROLECAST_BUS: 'bus', ROLECAST_HOOKS: JSON.stringify(connections) }
const withHooks = (hooks: unknown) => ({ ...env, ROLECAST_HOOKS: JSON.stringify(hooks) })
const [okta] = connections

describe('the settings of the hooks', () => {
  it('name every connection', () => {
    expect(readConfig(env)).toEqual({ table: 'table', bus: 'bus', connections })
  })

  it.each<[string, Record<string, string | undefined>, RegExp]>([
    ['without a bus', { ...env, ROLECAST_BUS: undefined }, /ROLECAST_BUS: is missing/],
    [
      'with an unknown setting',
      { ...env, ROLECAST_HOOK: '[]' },
      /ROLECAST_HOOK: is not a setting of the hooks function/,
    ],
    ['with connections that are no JSON', { ...env, ROLECAST_HOOKS: '[' }, /ROLECAST_HOOKS: is not JSON/],
    ['with an unknown member', withHooks([{ ...okta, realm: 'x' }]), /ROLECAST_HOOKS/],
    ['with an unknown kind', withHooks([{ ...okta, kind: 'ldap' }]), /ROLECAST_HOOKS/],
    ['with a name used twice', withHooks([okta, okta]), /names a connection twice/],
    ['without a secret', withHooks([{ ...okta, secretArn: '' }]), /secretArn/],
    ['with a name that is no part of a path', withHooks([{ ...okta, name: 'A/b' }]), /lower-case/],
  ])('%s stop the start', (_, environment, message) => {
    const start = () => readConfig(environment)
    expect(start).toThrow(InvalidConfig)
    expect(start).toThrow(message)
  })

  it('are never repeated in errors', () => {
    const start = () => readConfig(withHooks([{ ...okta, secretArn: 7, organization: 'TopSecret!' }]))
    expect(start).toThrow(/ROLECAST_HOOKS/)
    expect(start).not.toThrow(/TopSecret/)
  })
})

describe('the settings of polling', () => {
  const ssf = connections.find(({ name }) => name === 'ssf')
  const { authorization: _, ...shared } = { authorization: undefined, ...ssf }
  const poll = { ...shared, kind: 'ssf-poll', endpoint: 'https://idp.example/poll' }
  const { ROLECAST_HOOKS: __, ...rest } = env
  const read = (poll: object, more: object = {}) =>
    readPolls({ ...rest, ROLECAST_SIGNAL_POLLS: JSON.stringify([poll]), ...more })

  it('have limits of their own', () => {
    expect(read(poll)).toMatchObject({ connections: [poll], maxEvents: 50, maxPolls: 20 })
  })

  it.each<[string, object, object]>([
    ['over a plain connection', { ...poll, endpoint: 'http://idp.example/poll' }, {}],
    ['of a hook', ssf ?? {}, {}],
    ['of no events at a time', poll, { ROLECAST_POLL_MAX_EVENTS: '0' }],
  ])('%s stop the start', (_, connection, more) => {
    expect(() => read(connection, more)).toThrow(InvalidConfig)
  })
})
