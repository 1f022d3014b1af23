import { type CfnResource, Stack } from 'aws-cdk-lib'

/** The properties of a resource as they will stand in the template, property overrides included. */
// biome-ignore lint/suspicious/noExplicitAny: CloudFormation properties have no static type once they are resolved
export function propertiesOf(resource: CfnResource): any {
  const stack = Stack.of(resource)
  // The one way to see a resource with its overrides applied, and internal to the CDK.
  const fragment = stack.resolve((resource as unknown as { _toCloudFormation(): object })._toCloudFormation())
  return fragment.Resources[stack.resolve(resource.logicalId)].Properties ?? {}
}
