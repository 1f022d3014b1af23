import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Deployment } from '../deployment.ts'

/** What a function finds in its environment that asks identity admins. */
export function identityAdminsEnvironment(deployment: Deployment, secret: ISecret): Record<string, string> {
  return {
    ROLECAST_IDENTITY_ADMINS: JSON.stringify(deployment.identityAdmins),
    ROLECAST_IDENTITY_ADMINS_SECRET: secret.secretArn,
  }
}

/** Lets a function read the secret of the identity admins, and nothing else of it. */
export function grantSecretOf(secret: ISecret, to: IGrantable): void {
  to.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
  )
}
