/** A flag of the program's, as its own library (pflag) knows it. */
export interface DifyFlag {
  name: string;
  short?: string;
  kind: 'bool' | 'string' | 'int';
  /** What the help says that it is without it; nothing where it is empty. */
  usually?: string;
  text: string;
}

/** A command of the program's. */
export interface DifyCommand {
  name: string;
  /** The argument in its usage line. */
  argument?: string;
  short: string;
  long: string;
  flags: readonly DifyFlag[];
  /** How many arguments it takes; any number where it does not say. */
  takes?: number;
  commands: readonly DifyCommand[];
  /** What it is here; a command that is none can't be run at all, and shows its help. */
  role: 'version' | 'run' | 'package' | 'help' | 'not-imitated' | 'group';
}

/** The flag that all commands inherit. */
export const globalFlags: readonly DifyFlag[] = [
  { name: 'config', kind: 'string', text: 'config file (default is $HOME/.dify.yaml)' },
];

const group = { flags: [], commands: [] } as const;
const foreign = { ...group, role: 'not-imitated' } as const;

export const runCommand: DifyCommand = {
  ...group,
  name: 'run',
  argument: '[plugin_package_path]',
  short: 'run',
  long: 'Launch a plugin locally and communicate through stdin/stdout or TCP',
  takes: 1,
  role: 'run',
  flags: [
    { name: 'mode', short: 'm', kind: 'string', usually: 'stdio', text: 'run mode, stdio or tcp' },
    { name: 'enable-logs', short: 'l', kind: 'bool', text: 'enable logs' },
    { name: 'response-format', short: 'r', kind: 'string', usually: 'text', text: 'response format, text or json' },
  ],
};

const packageCommand: DifyCommand = {
  ...group,
  name: 'package',
  argument: '[plugin_path]',
  short: 'Package',
  long: 'Package plugins',
  takes: 1,
  role: 'package',
  flags: [
    { name: 'output_path', short: 'o', kind: 'string', text: 'output path' },
    { name: 'max-size', kind: 'int', usually: '50', text: 'Maximum uncompressed size in MB' },
  ],
};

/** The program's commands, in the order of its help. Source: cmd/commandline of the plugin daemon, 0.6.10. */
export const root: DifyCommand = {
  ...group,
  name: 'dify',
  short: 'Dify',
  long: 'Dify is a cli tool to help you develop your Dify projects.',
  role: 'group',
  commands: [
    { ...foreign, name: 'bundle', short: 'Bundle', long: 'Bundle related commands' },
    {
      ...foreign,
      name: 'completion',
      short: 'Generate the autocompletion script for the specified shell',
      long: 'Generate the autocompletion script for dify for the specified shell.',
    },
    {
      ...group,
      name: 'help',
      argument: '[command]',
      short: 'Help about any command',
      long: 'Help provides help for any command in the application.\nSimply type dify help [path to command] for full details.',
      role: 'help',
    },
    {
      ...foreign,
      name: 'migrate',
      short: 'Run database migrations',
      long: 'Run database auto migration for the Dify Plugin Daemon',
    },
    {
      ...group,
      name: 'plugin',
      short: 'Plugin',
      long: 'Plugin related commands',
      role: 'group',
      commands: [
        { ...foreign, name: 'checksum', short: 'Checksum', long: 'Calculate the checksum of the plugin' },
        { ...foreign, name: 'init', short: 'Initialize a new plugin', long: 'Initialize a new plugin' },
        { ...foreign, name: 'module', short: 'Module', long: 'Module' },
        packageCommand,
        { ...foreign, name: 'permission', short: 'Edit permission', long: 'Edit permission' },
        { ...foreign, name: 'readme', short: 'Readme', long: 'Readme' },
        runCommand,
      ],
    },
    { ...foreign, name: 'signature', short: 'Signature', long: 'Signature related commands' },
    { ...group, name: 'version', short: 'Version', long: 'Show the version of dify cli', role: 'version' },
  ],
};
