import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'

/** Lets a function read the stream of a table, for an event source mapping. Answers the ARN of the stream. */
export function grantStream({ tableStreamArn }: TableV2, to: LambdaFunction): string {
  if (tableStreamArn === undefined) throw new Error('the table has a stream')
  to.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      resources: [tableStreamArn],
    }),
  )
  return tableStreamArn
}
