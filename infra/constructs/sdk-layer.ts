import { RemovalPolicy } from 'aws-cdk-lib'
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'

/**
 * The permission SDK as a layer, attachable by the named accounts too. A version that functions use must stay when a new
 * one replaces it, so versions are kept.
 */
export class SdkLayer extends Construct {
  readonly layer: LayerVersion

  constructor(scope: Construct, id: string, props: { readonly code: string; readonly accounts: readonly string[] }) {
    super(scope, id)
    this.layer = new LayerVersion(this, 'Version', {
      description: '@rolecast/permission-sdk: verify tokens and ask can()',
      code: Code.fromAsset(props.code),
      compatibleRuntimes: [Runtime.NODEJS_24_X],
      compatibleArchitectures: [Architecture.ARM_64, Architecture.X86_64],
      license: 'Apache-2.0',
      removalPolicy: RemovalPolicy.RETAIN,
    })
    for (const account of props.accounts) this.layer.addPermission(`Account${account}`, { accountId: account })
  }
}
