import type { StackArtifact } from './read-stage.ts'

/** CloudFormation's pseudo parameters for one stack. `AWS::NoValue` is the resolver's affair. */
export function pseudoParameters({ name, account, region }: StackArtifact): ReadonlyMap<string, string | string[]> {
  return new Map<string, string | string[]>([
    ['AWS::AccountId', account],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', region],
    ['AWS::StackId', `arn:aws:cloudformation:${region}:${account}:stack/${name}/local`],
    ['AWS::StackName', name],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ])
}
