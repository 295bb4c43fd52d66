import type { GuardedRequest, GuardedResponse } from './guarded-fetch.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { SharingTools } from './tools.ts';

/** What a server says that is busy, or not there for a moment. */
export const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** So long is waited before each further try, in milliseconds, where a server does not say. */
const pauses = [500, 1000, 2000];
/** A server that wants to be left alone for longer is not waited for. */
const longestPause = 60_000;
/** A longer wait is said. */
const silentPause = 2000;

/** What waiting needs. */
export type Patience = Pick<SharingTools, 'clock' | 'onWarning'>;

/**
 * `guardedFetch`, and again a few times where the server says that it is busy and nothing is changed by asking.
 * @throws RepriseError as there
 */
export async function patientFetch(request: GuardedRequest, { clock, onWarning }: Patience): Promise<GuardedResponse> {
  const { method = 'GET', isRepeatable = method === 'GET' || method === 'HEAD' } = request;
  for (const usual of isRepeatable ? pauses : []) {
    const answer = await guardedFetch(request);
    const { status, headers } = answer.response;
    const pause = parsePause(headers.get('retry-after')) ?? usual;
    if (!passingStatuses.has(status) || pause > longestPause) return answer;
    await answer.response.body?.cancel();
    if (pause > silentPause)
      onWarning(`${new URL(request.url).host} answered ${status}; asked again in ${Math.ceil(pause / 1000)} s`);
    await new Promise<void>((resolve) => void clock.after(pause, resolve));
  }
  return guardedFetch(request);
}

/** A `Retry-After`, which is seconds or a date, in milliseconds. */
function parsePause(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(date - Date.now(), 0);
}
