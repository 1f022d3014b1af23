// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub spells its variables like this.
import { describe, expect, it, onTestFinished } from 'vitest'
import { type AssemblyOptions, openAssembly } from '../../infra/local/assembly/assembly.ts'
import { stageFolder, type TestStage } from './fixtures/stage-folder.ts'

function open(stacks: Readonly<Record<string, TestStage>>, options: Partial<AssemblyOptions> = {}) {
  const folder = stageFolder(stacks, { stage: 'rolecast-test' })
  onTestFinished(() => folder[Symbol.dispose]())
  return openAssembly({ outdir: folder.outdir, stage: 'rolecast-test', ...options })
}

/** What a value becomes, as an output of a stack. */
function resolved(
  value: unknown,
  template: Readonly<Record<string, unknown>> = {},
  options?: Partial<AssemblyOptions>,
) {
  const resources = {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'events' } },
    Key: { Type: 'AWS::KMS::Key' },
  }
  return open(
    { One: { resources, template: { ...template, Outputs: { Value: { Value: value } } } } },
    options,
  ).outputs()['One']?.['Value']
}

describe('a value of a template', () => {
  it.each([
    ['Ref of a resource', { Ref: 'Bus' }, 'events'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-west-1'],
    [
      'Fn::GetAtt as a list',
      { 'Fn::GetAtt': ['Bus', 'Arn'] },
      'arn:aws:events:eu-west-1:000000000000:event-bus/events',
    ],
    ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Bus.Name' }, 'events'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Bus' }, 1]] }, 'a-events-1'],
    [
      'Fn::Sub',
      { 'Fn::Sub': 'on ${Bus} in ${AWS::Region}, not ${!Bus}, ${Bus.Name}' },
      'on events in eu-west-1, not ${Bus}, events',
    ],
    ['Fn::Sub with values', { 'Fn::Sub': ['${Own}/${Bus}', { Own: { Ref: 'AWS::Partition' } }] }, 'aws/events'],
    [
      'Fn::Select and Fn::Split',
      { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Bus', 'Arn'] }] }] },
      'aws',
    ],
    ['Fn::Base64', { 'Fn::Base64': 'abc' }, 'YWJj'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'city'] }, 'Dublin'],
    ['Fn::If that holds', { 'Fn::If': ['InEurope', 'yes', 'no'] }, 'yes'],
    ['Fn::If that does not', { 'Fn::If': ['Elsewhere', 'yes', 'no'] }, 'no'],
    ['a parameter with default', { Ref: 'Given' }, 'default'],
  ])('%s', (_, value, expected) => {
    const isEurope = { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }
    const template = {
      Mappings: { Regions: { 'eu-west-1': { city: 'Dublin' } } },
      Parameters: { Given: { Type: 'String', Default: 'default' } },
      Conditions: {
        InEurope: { 'Fn::And': [isEurope, { 'Fn::Or': [isEurope, { Condition: 'Elsewhere' }] }] },
        Elsewhere: { 'Fn::Not': [isEurope] },
      },
    }
    expect(resolved(value, template)).toBe(expected)
  })
  it('leaves out AWS::NoValue', () => {
    const properties = { Name: 'x', State: { Ref: 'AWS::NoValue' }, Targets: [{ Ref: 'AWS::NoValue' }] }
    const assembly = open({ One: { resources: { Rule: { Type: 'AWS::Events::Rule', Properties: properties } } } })
    expect(assembly.resources('AWS::Events::Rule')[0]?.properties).toEqual({ Name: 'x', Targets: [] })
  })
  it('takes given parameters', () => {
    const template = { Parameters: { Given: { Type: 'String' } } }
    expect(resolved({ Ref: 'Given' }, template, { parameters: { Given: 'here' } })).toBe('here')
  })
  it('is given a last touch, so that addresses lead to this machine', () => {
    const localize = (text: string) => text.replace('https://api', 'http://127.0.0.1:1')
    expect(resolved({ 'Fn::Join': ['', ['https://', 'api', '/x']] }, {}, { localize })).toBe('http://127.0.0.1:1/x')
  })
  it.each([
    ['an unknown function, by name', { 'Fn::Cidr': ['10.0.0.0/8', 1] }, 'intrinsic_unsupported', 'One/Value: Fn::Cidr'],
    ['an unknown resource', { Ref: 'Nothing' }, 'reference_unknown', '"Nothing"'],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Bus', 'Colour'] },
      'reference_unknown',
      'AWS::Events::EventBus has no attribute "Colour"',
    ],
    ['a parameter without value', { Ref: 'Given' }, 'reference_unknown', '"Given"'],
    ['an import that nobody exports', { 'Fn::ImportValue': 'lost' }, 'reference_unknown', '"lost"'],
    [
      'a dynamic reference',
      '{{resolve:ssm:/a}}',
      'intrinsic_unsupported',
      'One: the dynamic reference {{resolve:ssm:/a}}',
    ],
    ['a list where text is needed', { 'Fn::Join': ['', [['a']]] }, 'intrinsic_unsupported', 'Fn::Join'],
  ])('is refused for %s', (_, value, code, words) => {
    const template = { Parameters: { Given: { Type: 'String' } } }
    expect(() => resolved(value, template)).toThrow(
      expect.objectContaining({ name: 'LocalError', code, message: expect.stringContaining(words) }),
    )
  })
})

describe('stacks of a stage', () => {
  const data = {
    resources: { Bus: { Type: 'AWS::Events::EventBus' } },
    template: {
      Outputs: {
        ExportsOutputBus: { Value: { Ref: 'Bus' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Bus' } } },
      },
    },
  }
  it('import what others export, in any order', () => {
    const api = { template: { Outputs: { Bus: { Value: { 'Fn::ImportValue': 'Data:Bus' } } } } }
    expect(open({ Api: api, Data: data }).outputs()).toEqual({ Api: { Bus: 'Data-Bus' }, Data: {} })
  })
  it('read SSM parameters that others write', () => {
    const writer = {
      resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a/b', Type: 'String', Value: '42' } } },
    }
    const reader = {
      template: {
        Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a/b' } },
        Outputs: { Value: { Value: { Ref: 'P' } } },
      },
    }
    expect(open({ Reader: reader, Writer: writer }).outputs()['Reader']).toEqual({ Value: '42' })
    expect(() => open({ Reader: reader }).outputs()).toThrow(expect.objectContaining({ code: 'reference_unknown' }))
  })
  it('leave out resources whose condition does not hold', () => {
    const resources = { Bus: { Type: 'AWS::Events::EventBus', Condition: 'Never' } }
    const assembly = open({ One: { resources, template: { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } } } })
    expect(assembly.resources('AWS::Events::EventBus')).toEqual([])
  })
  it('are found by the last part of the stage name', () => {
    expect(open({ One: {} }, { stage: 'test' }).stacks).toEqual(['One'])
  })
  it('name the stages there are when it is another', () => {
    expect(() => open({ One: {} }, { stage: 'prod' })).toThrow(
      expect.objectContaining({ code: 'stage_unknown', message: expect.stringContaining('rolecast-test') }),
    )
  })
  it('say that nothing was synthesized', () => {
    expect(() => openAssembly({ outdir: '/nowhere', stage: 'test' })).toThrow(
      expect.objectContaining({ code: 'assembly_missing', message: expect.stringContaining('npm run synth') }),
    )
  })
  it('name resources that would matter and are not emulated, and only those', () => {
    const resources = {
      Machine: { Type: 'AWS::StepFunctions::StateMachine' },
      Role: { Type: 'AWS::IAM::Role' },
      Bus: { Type: 'AWS::Events::EventBus' },
    }
    expect(open({ One: { resources } }).warnings()).toEqual([
      expect.stringContaining('One/Machine: AWS::StepFunctions::StateMachine'),
    ])
  })
  it('say which code is missing', () => {
    const resources = { Fn: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: 'x' } } } }
    const [fn] = open({ One: { resources } }).resources('AWS::Lambda::Function')
    expect(() => fn?.asset('Code')).toThrow(
      expect.objectContaining({ code: 'asset_missing', message: expect.stringContaining('One/Fn') }),
    )
  })
  it('give names that stay the same, and differ', () => {
    const names = () =>
      open({ One: { resources: { A: { Type: 'AWS::KMS::Key' }, B: { Type: 'AWS::KMS::Key' } } } })
        .resources('AWS::KMS::Key')
        .map(({ ref }) => ref)
    expect(names()).toEqual(names())
    expect(new Set(names()).size).toBe(2)
  })
})
