import { LocalError } from './local-error.ts'
import { isRecord } from './template.ts'

/** What intrinsic functions ask of the stack they stand in. Every function throws a LocalError for what it does not know. */
export interface IntrinsicScope {
  ref(name: string): unknown
  attribute(logicalId: string, attribute: string): unknown
  imported(name: string): unknown
  mapping(map: string, key: string, second: string): unknown
  condition(name: string): boolean
  /** The last word on every finished string, for addresses that are only known here. */
  finish(text: string): string
}

/** Marks a property to be left out (`AWS::NoValue`). */
export const NO_VALUE: unique symbol = Symbol('AWS::NoValue')

/**
 * A template value with every intrinsic function replaced by its local value.
 *
 * @param where stack and resource, for messages.
 * @throws LocalError `intrinsic_unsupported`, naming the function and where it stands.
 */
export function resolveValue(value: unknown, scope: IntrinsicScope, where: string): unknown {
  if (typeof value === 'string') return scope.finish(value)
  if (Array.isArray(value))
    return value.map((item) => resolveValue(item, scope, where)).filter((item) => item !== NO_VALUE)
  if (!isRecord(value)) return value
  const [name, ...others] = Object.keys(value)
  if (name !== undefined && others.length === 0 && isIntrinsic(name)) return apply(name, value[name], scope, where)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolveValue(item, scope, `${where}.${key}`)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  )
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::') || key === 'Condition'
}

function apply(name: string, argument: unknown, scope: IntrinsicScope, where: string): unknown {
  const inner = (value: unknown) => resolveValue(value, scope, where)
  const text = (value: unknown) => asText(inner(value), name, where)
  const list = (value: unknown) => {
    const items = inner(value)
    if (Array.isArray(items)) return items as readonly unknown[]
    throw unsupported(name, where, 'expects a list')
  }
  const pick = (index: number) => (Array.isArray(argument) ? argument[index] : undefined) as unknown
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? NO_VALUE : finished(scope.ref(String(argument)), scope)
    case 'Condition':
      // Also the name of an ordinary property, in policies: there it holds an object.
      return typeof argument === 'string' ? scope.condition(argument) : { Condition: inner(argument) }
    case 'Fn::GetAtt': {
      const [id = '', ...path] = typeof argument === 'string' ? argument.split('.') : (argument as string[])
      return finished(scope.attribute(id, path.join('.')), scope)
    }
    case 'Fn::Join':
      return scope.finish(
        list(pick(1))
          .map((item) => asText(item, name, where))
          .join(text(pick(0))),
      )
    case 'Fn::Split':
      return text(pick(1)).split(text(pick(0)))
    case 'Fn::Select': {
      const chosen = list(pick(1))[Number(inner(pick(0)))]
      if (chosen === undefined) throw unsupported(name, where, 'selects past the end of its list')
      return chosen
    }
    case 'Fn::Sub':
      return substitute(argument, scope, where)
    case 'Fn::ImportValue':
      return scope.imported(text(argument))
    case 'Fn::FindInMap':
      return inner(scope.mapping(text(pick(0)), text(pick(1)), text(pick(2))))
    case 'Fn::Base64':
      return Buffer.from(text(argument)).toString('base64')
    case 'Fn::If':
      return inner(scope.condition(String(pick(0))) ? pick(1) : pick(2))
    case 'Fn::Equals':
      return JSON.stringify(inner(pick(0))) === JSON.stringify(inner(pick(1)))
    case 'Fn::Not':
      return inner(pick(0)) !== true
    case 'Fn::And':
      return list(argument).every((item) => item === true)
    case 'Fn::Or':
      return list(argument).some((item) => item === true)
    default:
      throw unsupported(name, where, 'is not known on one machine')
  }
}

function substitute(argument: unknown, scope: IntrinsicScope, where: string): string {
  const [template, own] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>]
  const text = template.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`
    if (Object.hasOwn(own, name)) return asText(resolveValue(own[name], scope, where), 'Fn::Sub', where)
    const [id = '', ...path] = name.split('.')
    return asText(path.length === 0 ? scope.ref(id) : scope.attribute(id, path.join('.')), 'Fn::Sub', where)
  })
  return scope.finish(text)
}

function finished(value: unknown, scope: IntrinsicScope): unknown {
  return typeof value === 'string' ? scope.finish(value) : value
}

function asText(value: unknown, name: string, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unsupported(name, where, 'expects text')
}

function unsupported(name: string, where: string, problem: string): LocalError {
  return new LocalError('intrinsic_unsupported', `${where}: ${name} ${problem}.`)
}
