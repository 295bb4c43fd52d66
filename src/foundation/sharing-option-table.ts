import type { CommandSpec, OptionSpec } from './option-spec.ts';

const naming: readonly OptionSpec[] = [
  {
    flag: 'name',
    kind: 'text',
    value: 'NAME',
    usually: "the plugin's, or fixtures",
    text: 'what the bundle is called',
  },
  { flag: 'version', kind: 'text', value: 'VERSION', usually: '0.0.0', text: 'its version' },
];

/** What brings fixtures to others, and from them. */
export const sharingCommands = [
  {
    name: 'bundle',
    usage: '[PATH…] -o FILE.tgz|FOLDER [--name NAME] [--version VERSION]',
    text: 'Puts recordings, fault plans and the configuration into one bundle: the same bytes for the same input.',
    options: [
      { flag: 'output', short: 'o', kind: 'path', value: 'PATH', text: 'the archive, ending in .tgz, or the folder' },
      ...naming,
    ],
  },
  {
    name: 'push',
    usage: '[PATH…] oci://HOST/NAME:TAG [--name NAME] [--version VERSION]',
    text: 'Sends a bundle to a registry for container images; what is there already is not sent again.',
    options: naming,
  },
  {
    name: 'pull',
    usage: '[oci://HOST/NAME:TAG | https://… | file:… | PATH]… [--locked] [-o FOLDER]',
    text: 'Brings bundles and pins them in reprise.lock.json; without words, those that are pinned there.',
    options: [
      { flag: 'locked', kind: 'switch', text: 'pin nothing anew: fail where the lock and the configuration disagree' },
      {
        flag: 'output',
        short: 'o',
        kind: 'path',
        value: 'FOLDER',
        usually: 'the cache alone',
        text: 'a copy of the bundle',
      },
    ],
  },
] as const satisfies readonly CommandSpec[];
