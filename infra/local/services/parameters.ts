import type { Assembly } from '../assembly/assembly.ts'
import { isRecord } from '../assembly/template.ts'
import { AwsFault, type Operation } from './aws-json.ts'

/** GetParameter of SSM for the parameters that the stage's stacks write. */
export function openParameters(assembly: Assembly): Operation {
  const parameters = new Map(
    assembly.resources('AWS::SSM::Parameter').map(({ ref, properties }) => [ref, properties] as const),
  )
  return async (input) => {
    const name = isRecord(input) ? String(input['Name']) : ''
    const found = parameters.get(name)
    if (found === undefined) throw new AwsFault('ParameterNotFound', `There is no parameter "${name}".`)
    return { Parameter: { Name: name, Type: found['Type'], Value: found['Value'], Version: 1 } }
  }
}
