import { environmentOf } from './deployed-authorizer.ts'
import { makeSetting } from './setting.ts'

/** What each function needs in its environment to come up, as the stacks set it; nothing in it is reached at start. */
export function environments(): Record<string, Record<string, string>> {
  const setting = makeSetting()
  const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' }
  const ring = { ROLECAST_TABLE: 'bench', ROLECAST_STAGE: 'bench', ROLECAST_KMS_KEY_ID: 'bench' }
  return {
    authorizer: environmentOf(setting),
    token: {
      ...aws,
      ...ring,
      ROLECAST_ISSUER: setting.issuer,
      ROLECAST_PROVIDERS: JSON.stringify([
        {
          issuer: 'https://login.example',
          jwksUri: 'https://login.example/jwks',
          audiences: ['rolecast'],
          organization: { claim: 'org' },
        },
      ]),
      ROLECAST_IDENTITY_ADMINS: JSON.stringify([
        { kind: 'ix-admin', name: 'ix-admin', url: 'https://admin.example', clientId: 'rolecast' },
      ]),
      ROLECAST_IDENTITY_ADMINS_SECRET: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:bench',
    },
    'rotate-keys': { ...aws, ...ring },
  }
}
