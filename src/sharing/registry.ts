import { isJsonObject, parseJson } from '../foundation/parse-json.ts';
import { RepriseError } from '../foundation/reprise-error.ts';
import { digestOf } from '../recording/bundle/digest.ts';
import { bundleLimits } from '../recording/bundle/limits.ts';
import { ociManifestType } from '../recording/bundle/oci-manifest.ts';
import type { Reference } from '../recording/bundle/reference.ts';
import { isLoopback } from './addresses.ts';
import { findCredentials, isHub } from './docker-credentials.ts';
import type { GuardedRequest, GuardedResponse } from './guarded-fetch.ts';
import { readBody, readWhole } from './guarded-fetch.ts';
import type { Patience } from './patient-fetch.ts';
import { passingStatuses, patientFetch } from './patient-fetch.ts';
import { answerChallenge, denied, parseChallenge } from './registry-auth.ts';

type OciReference = Extract<Reference, { kind: 'oci' }>;

const longestError = 64 << 10;

/** The few calls of the registry protocol (OCI Distribution 1.1) that bundles need, for one repository. */
export class Registry {
  readonly #reference: OciReference;
  readonly #actions: string;
  readonly #patience: Patience;
  #authorization: string | undefined;

  /** @param actions what is to be done, as registries call it */
  constructor(reference: OciReference, actions: 'pull' | 'pull,push', patience: Patience) {
    this.#reference = reference;
    this.#actions = actions;
    this.#patience = patience;
  }

  /** The digest that a tag has at the moment, or undefined where there is none. */
  async findTag(tag: string): Promise<string | undefined> {
    const { response } = await this.#ask({ ...this.#manifest(tag), method: 'HEAD' }, [200, 404]);
    return response.status === 200 ? (response.headers.get('docker-content-digest') ?? undefined) : undefined;
  }

  /** An image manifest, by tag or digest. @throws RepriseError `not-found`, `wrong-digest` */
  async readManifest(tag: string): Promise<{ bytes: Buffer; digest: string }> {
    const answer = await this.#ask(this.#manifest(tag), [200, 404]);
    if (answer.response.status === 404) {
      await answer.response.body?.cancel();
      throw new RepriseError(
        'not-found',
        `Failed to find ${this.#reference.text}: ${this.#reference.host} has no such bundle${this.#explainMissing(tag)}`,
      );
    }
    const bytes = await readWhole(answer, bundleLimits.smallFile);
    const digest = digestOf(bytes);
    if (tag.startsWith('sha256:') && tag !== digest) throw this.#wrong(tag);
    return { bytes, digest };
  }

  /** What is pinned may be gone, or may never have been there, whatever its tag means now. */
  #explainMissing(tag: string): string {
    return tag.startsWith('sha256:') && !this.#reference.text.includes(tag)
      ? ` as the lock pins, ${tag}. Push that one again; or pull it by its name, which pins what its tag means now.`
      : '. Check its name and its tag.';
  }

  /** A piece of content, as it comes. */
  async openBlob(digest: string, size: number): Promise<AsyncIterable<Uint8Array>> {
    return readBody(await this.#ask({ ...this.#blob(digest), mayLeave: true }, [200]), size);
  }

  /** A piece of content, at once. @throws RepriseError `wrong-digest` */
  async readBlob(digest: string, size: number): Promise<Buffer> {
    const bytes = await readWhole(await this.#ask({ ...this.#blob(digest), mayLeave: true }, [200]), size);
    if (digestOf(bytes) !== digest) throw this.#wrong(digest);
    return bytes;
  }

  async hasBlob(digest: string): Promise<boolean> {
    const { response } = await this.#ask({ ...this.#blob(digest), method: 'HEAD', mayLeave: true }, [200, 404]);
    return response.status === 200;
  }

  /** Sends a piece of content in one go. */
  async writeBlob(digest: string, size: number, body: () => AsyncIterable<Uint8Array>): Promise<void> {
    const start = await this.#ask({ url: this.#url('blobs/uploads/'), method: 'POST' }, [202]);
    await start.response.body?.cancel();
    const [place, base] = [start.response.headers.get('location') ?? '', this.#url('blobs/uploads/')];
    if (!URL.canParse(place, base)) throw this.#failed(`it wants the content to be sent to '${place}'`);
    const location = new URL(place, base);
    location.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    const end = await this.#ask({ url: location.href, method: 'PUT', headers, body }, [201]);
    await end.response.body?.cancel();
  }

  async writeManifest(tag: string, bytes: Buffer): Promise<void> {
    const { url } = this.#manifest(tag);
    const headers = { 'content-type': ociManifestType };
    const { response } = await this.#ask({ url, method: 'PUT', headers, body: () => bytes }, [201]);
    await response.body?.cancel();
  }

  #manifest(tag: string): Pick<GuardedRequest, 'url' | 'headers'> {
    return { url: this.#url(`manifests/${tag}`), headers: { accept: ociManifestType } };
  }

  #blob(digest: string): Pick<GuardedRequest, 'url'> {
    return { url: this.#url(`blobs/${digest}`) };
  }

  #url(path: string): string {
    const { host, name } = this.#reference;
    const server = isHub(host) ? 'registry-1.docker.io' : host;
    return `${isLoopback(host) ? 'http' : 'https'}://${server}/v2/${name}/${path}`;
  }

  /** Shows what the registry wants to see, once it has said so; what is for it goes to no other host. */
  async #ask(request: GuardedRequest, allowed: readonly number[]): Promise<GuardedResponse> {
    const isOwn = new URL(request.url).origin === new URL(this.#url('')).origin;
    if (!isOwn && request.method === 'PUT') throw this.#failed('it wants the content to be sent to another host');
    const first = await patientFetch({ ...request, authorization: this.#authorization }, this.#patience);
    const answer = first.response.status === 401 ? await this.#enter(request, first) : first;
    const { status } = answer.response;
    if (allowed.includes(status)) return answer;
    const reason = explainBody(await readWhole(answer, longestError).catch(() => Buffer.alloc(0)));
    const { host } = this.#reference;
    if (status === 401) throw denied(host, 'it refuses the name or the password');
    if (status === 403) throw denied(host, `it does not allow this${reason}`);
    const isBusy = passingStatuses.has(status);
    throw this.#failed(`it answered ${status}${reason}`, isBusy ? 'Try again later' : undefined);
  }

  async #enter(request: GuardedRequest, { response }: GuardedResponse): Promise<GuardedResponse> {
    const { host, name } = this.#reference;
    await response.body?.cancel();
    const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '');
    if (challenge === undefined) throw denied(host, 'it does not say what it wants to be shown');
    this.#authorization = await answerChallenge(challenge, {
      from: new URL(this.#url('')),
      host,
      credentials: await findCredentials(host),
      scope: `repository:${name}:${this.#actions}`,
      patience: this.#patience,
    });
    return patientFetch({ ...request, authorization: this.#authorization }, this.#patience);
  }

  #wrong(digest: string): RepriseError {
    const { text, host } = this.#reference;
    return new RepriseError(
      'wrong-digest',
      `Failed to take ${text}: what ${host} gave is not ${digest}. Ask those who run it.`,
    );
  }

  #failed(reason: string, advice = 'Ask those who run it'): RepriseError {
    const { text, host } = this.#reference;
    return new RepriseError('registry', `Failed to ask ${host} for ${text}: ${reason}. ${advice}.`);
  }
}

/** A registry's own words, in brief. */
function explainBody(bytes: Buffer): string {
  const value = parseJson(bytes.toString());
  const errors = isJsonObject(value) && Array.isArray(value['errors']) ? (value['errors'] as unknown[]) : [];
  const texts = errors.flatMap((error) =>
    isJsonObject(error) && typeof error['message'] === 'string' ? [error['message']] : [],
  );
  return texts.length === 0 ? '' : ` (${texts.join('; ').slice(0, 300)})`;
}
