import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError, reasonOf, systemCode } from '../foundation/reprise-error.ts';

/** What a registry is shown. */
export type Credentials =
  | { kind: 'password'; username: string; password: string }
  /** What Docker keeps where a registry gave it a token instead. */
  | { kind: 'token'; token: string };

const helperPatience = 30_000;
const hub = 'https://index.docker.io/v1/';

/**
 * What Docker would show a registry: that of the host's own helper, of the general one, or of the file itself.
 * @returns undefined where there is nothing: it is asked without
 * @throws RepriseError `denied` where a helper fails
 */
export async function findCredentials(
  host: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Credentials | undefined> {
  const folder = (env['DOCKER_CONFIG'] ?? '') || join(homedir(), '.docker');
  const config = readDockerConfig(join(folder, 'config.json'));
  const server = host === 'docker.io' ? hub : host;
  const helper = textOf(objectOf(config['credHelpers'])[server]) ?? textOf(config['credsStore']);
  const ofHelper = helper === undefined ? undefined : await askHelper(helper, server, env);
  return ofHelper ?? fromAuths(objectOf(config['auths']), server);
}

function readDockerConfig(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  const value = parseJson(readFileSync(file, 'utf8'));
  if (isJsonObject(value)) return value;
  throw new RepriseError('denied', `Failed to read ${file}: it is no JSON object. Mend it.`, { file });
}

/** Older versions of Docker have written a scheme and a path to the host. */
function fromAuths(auths: Record<string, unknown>, server: string): Credentials | undefined {
  const key = [server, ...Object.keys(auths).filter((name) => hostOf(name) === hostOf(server))].find((name) =>
    Object.hasOwn(auths, name),
  );
  const entry = objectOf(key === undefined ? undefined : auths[key]);
  const token = textOf(entry['identitytoken']);
  if (token !== undefined) return { kind: 'token', token };
  const packed = Buffer.from(textOf(entry['auth']) ?? '', 'base64').toString();
  const colon = packed.indexOf(':');
  const username = colon < 0 ? textOf(entry['username']) : packed.slice(0, colon);
  const password = colon < 0 ? textOf(entry['password']) : packed.slice(colon + 1).replace(/\0+$/, '');
  return username === undefined || password === undefined ? undefined : { kind: 'password', username, password };
}

function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** Asks `docker-credential-NAME get` by the helpers' protocol: the server on stdin, JSON on stdout. */
async function askHelper(name: string, server: string, env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) throw helperFailed(program, 'it has no name of a program');
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(program, ['get'], { env, timeout: helperPatience }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      // Helpers say on either stream that they know nothing of a server.
      else if (/credentials not found|no credentials/i.test(stdout + stderr)) resolve('');
      else
        reject(
          helperFailed(
            program,
            systemCode(error) === 'ENOENT' ? 'it is not on the PATH' : reasonOf(stderr.trim() || 'it failed'),
          ),
        );
    });
    child.stdin?.on('error', () => undefined); // one that does not read is told by its status
    child.stdin?.end(server);
  });
  if (output === '') return undefined;
  const value = objectOf(parseJson(output));
  const [username, secret] = [textOf(value['Username']), textOf(value['Secret'])];
  if (username === undefined || secret === undefined) throw helperFailed(program, 'it gave no name and no secret');
  return username === '<token>' ? { kind: 'token', token: secret } : { kind: 'password', username, password: secret };
}

function helperFailed(program: string, reason: string): RepriseError {
  return new RepriseError('denied', `Failed to ask ${program}: ${reason}. Check Docker's config.json.`);
}

function objectOf(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
