import type { Functions } from '../lambda/functions.ts'
import { invokeLater } from '../lambda/invoke-later.ts'
import type { Log } from '../lambda/log.ts'
import type { MayInvoke } from '../lambda/permissions.ts'
import type { Queues } from '../queues/queues.ts'
import type { Rule, Target } from './rule.ts'

export interface DeliveryContext {
  readonly functions: Functions
  readonly mayInvoke: MayInvoke
  readonly queues: Queues
  readonly log: Log
  /** Milliseconds before each new try of an asynchronous invocation. */
  readonly retryDelays?: readonly number[]
}

/**
 * Hands an event to all targets of a rule. Answers when every target is done with it, new tries included. Errors of a function
 * are Lambda's affair (its own queue); the target's queue gets what could not be handed over.
 */
export async function deliver(rule: Rule, event: unknown, context: DeliveryContext): Promise<void> {
  await Promise.all(rule.targets.map((target) => deliverTo(rule, target, event, context)))
}

async function deliverTo(rule: Rule, target: Target, event: unknown, context: DeliveryContext): Promise<void> {
  const { functions, mayInvoke, queues, log, retryDelays } = context
  const input = target.input(event)
  if (target.arn.startsWith('arn:aws:sqs:')) return queues.send(target.arn, input)
  if (!mayInvoke({ functionArn: target.arn, principal: 'events.amazonaws.com', sources: [rule.arn] })) {
    log('bus', `${rule.name}: ${target.arn} has no AWS::Lambda::Permission for the rule; the event was not delivered`)
    if (target.deadLetterArn !== undefined) queues.send(target.deadLetterArn, input)
    return
  }
  await invokeLater(functions.find(target.arn), input, {
    deadLetters: queues.send,
    ...(retryDelays === undefined ? {} : { delays: retryDelays }),
  })
}
