import { describe, expect, it } from 'vitest'
import { matchesPattern } from '../../infra/local/bus/event-pattern.ts'

const event = {
  source: 'rolecast.ix-admin',
  'detail-type': 'Assignment Changed',
  detail: {
    version: 7,
    active: true,
    gone: null,
    empty: [],
    roles: ['flow_viewer', 'flow_editor'],
    address: '10.1.2.3',
    items: [
      { kind: 'a', size: 1 },
      { kind: 'b', size: 2 },
    ],
  },
}
const detail = (condition: unknown, field = 'version') => ({ detail: { [field]: [condition] } })

describe('an event pattern', () => {
  it.each([
    ['all fields must match', { source: ['rolecast.ix-admin'], detail: { version: [7] } }, true],
    ['one that does not is enough', { source: ['other'], detail: { version: [7] } }, false],
    ['any of several conditions will do', { source: ['other', 'rolecast.ix-admin'] }, true],
    ['numbers are no text', detail('7'), false],
    ['numbers compare by value', detail(7.0), true],
    ['booleans', detail(true, 'active'), true],
    ['null is a value', detail(null, 'gone'), true],
    ['null is not absence', detail(null, 'nothing'), false],
    ['of a list any element', detail('flow_editor', 'roles'), true],
    ['none of a list', detail('flow_publisher', 'roles'), false],
    ['lists of objects: one element must match as a whole', { detail: { items: { kind: ['a'], size: [1] } } }, true],
    ['lists of objects: not two elements together', { detail: { items: { kind: ['a'], size: [2] } } }, false],
    ['case counts', { source: ['Rolecast.ix-admin'] }, false],
    ['a missing branch', { detail: { deep: { er: ['x'] } } }, false],
    ['prefix', { source: [{ prefix: 'rolecast.' }] }, true],
    ['prefix, other', { source: [{ prefix: 'ix' }] }, false],
    ['prefix without case', { source: [{ prefix: { 'equals-ignore-case': 'ROLECAST' } }] }, true],
    ['suffix', { source: [{ suffix: '-admin' }] }, true],
    ['suffix without case', { source: [{ suffix: { 'equals-ignore-case': '-ADMIN' } }] }, true],
    ['equals-ignore-case', { source: [{ 'equals-ignore-case': 'ROLECAST.IX-ADMIN' }] }, true],
    ['wildcard', { source: [{ wildcard: 'role*.ix-*' }] }, true],
    ['wildcard, other', { source: [{ wildcard: '*.ix' }] }, false],
    ['wildcard: a dot is a dot', { source: [{ wildcard: 'rolecast?ix-admin' }] }, false],
    ['wildcard: an escaped star is a star', { source: [{ wildcard: 'role\\*' }] }, false],
    ['anything-but', { source: [{ 'anything-but': 'other' }] }, true],
    ['anything-but itself', { source: [{ 'anything-but': ['other', 'rolecast.ix-admin'] }] }, false],
    ['anything-but a number', detail({ 'anything-but': 7 }), false],
    ['anything-but a prefix', { source: [{ 'anything-but': { prefix: 'rolecast' } }] }, false],
    ['anything-but wildcards', { source: [{ 'anything-but': { wildcard: ['*x', '*y'] } }] }, true],
    ['anything-but needs a value', detail({ 'anything-but': 'x' }, 'nothing'), false],
    ['numeric', detail({ numeric: ['>', 6, '<=', 7] }), true],
    ['numeric, outside', detail({ numeric: ['>', 7] }), false],
    ['numeric equality', detail({ numeric: ['=', 7] }), true],
    ['numeric of text', { source: [{ numeric: ['>=', 0] }] }, false],
    ['cidr', detail({ cidr: '10.1.0.0/16' }, 'address'), true],
    ['cidr, other', detail({ cidr: '10.2.0.0/16' }, 'address'), false],
    ['exists', detail({ exists: true }), true],
    ['exists not', detail({ exists: false }, 'nothing'), true],
    ['exists, but it does', detail({ exists: false }), false],
    ['an empty list is not there', detail({ exists: true }, 'empty'), false],
    ['an object is no value', { detail: [{ exists: true }] }, false],
    ['null exists', detail({ exists: true }, 'gone'), true],
    ['$or of patterns', { $or: [{ source: ['other'] }, { detail: { version: [7] } }] }, true],
    ['$or of none', { $or: [{ source: ['other'] }, { detail: { version: [8] } }] }, false],
    ['what objects inherit is not there', { detail: { constructor: [{ exists: true }] } }, false],
  ])('%s', (_, pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected)
  })
  it('with an unknown condition fails, by name', () => {
    expect(() => matchesPattern({ source: [{ sounds: 'like' }] }, event)).toThrow('"sounds"')
  })
})
