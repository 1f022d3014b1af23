import type { Step, Whom } from './plan.ts'
import type { Failure } from './simulation.ts'

/** A schedule that went wrong, for people: what happened when, and what was wrong in the end. */
export function describePlan({ seed, plan, reasons }: Failure): string {
  const skewed = plan.skews.some((skew) => skew !== 0)
  return [
    `seed ${seed}, shortest schedule found:`,
    ...(skewed ? [`  clocks off by ${plan.skews.join(', ')} ms`] : []),
    ...plan.steps.map((step) => `  ${String(step.at).padStart(8)} ms  ${describeStep(step)}`),
    ...reasons.map((reason) => `  wrong: ${reason}`),
  ].join('\n')
}

function describeStep(step: Step): string {
  switch (step.do) {
    case 'assign': {
      const events =
        step.arrivals.length === 0 ? 'its event is lost' : `its event arrives after ${step.arrivals.join(' and ')} ms`
      const held = step.status === 'active' ? `holds [${step.roles.join(', ')}]` : `is ${step.status}`
      return `${name(step.whom)} ${held}; ${events}`
    }
    case 'organize': {
      const night = step.change === 'night' ? ` [${step.night.join(', ')}]` : ''
      return `${step.organization} changes ${step.change}${night}`
    }
    case 'request':
      return `${name(step.whom)} asks authorizer ${step.authorizer} for ${step.permission} with token ${step.age} from the newest`
    case 'source-fault':
      return `the source of ${step.organization} answers ${step.fault} for ${step.lasts} ms`
    case 'cut-off':
      return `authorizer ${step.authorizer} reaches nobody for ${step.lasts} ms`
    case 'die':
      return `${step.kind} machine ${step.machine} dies at its moment ${step.moments} from now`
    case 'reconcile':
      return `${step.organization} is reconciled with its source`
    case 'replay':
      return `all events of ${name(step.whom)} come once more`
  }
}

function name({ organization, account }: Whom): string {
  return `${organization}/${account}`
}
