import { keepStart } from '../foundation/characters.ts';
import type { GoObject } from './go-decoder.ts';

/**
 * The fields of a request that tell what is asked for, after type and action; the others tell with what. Taken from the
 * request classes of the plugin SDK (`dify_plugin.core.entities.plugin.request`).
 */
export const identityKeys = [
  'provider',
  'tool',
  'model_type',
  'model',
  'agent_strategy_provider',
  'agent_strategy',
  'datasource',
  'event',
  'provider_action',
  'parameter',
] as const;

const paths: ReadonlySet<string> = new Set(['/type', '/action', ...identityKeys.map((key) => `/request/${key}`)]);

/** Whether a place, a JSON pointer into the message, tells what is asked for. */
export function isIdentity(path: string): boolean {
  return paths.has(path);
}

const longestSubject = 100;

/** The tool, model or the like that a request names, or else the provider; empty where it names none. */
export function subjectOf(request: GoObject | null): string {
  const named = subjectKeys.map((key) => request?.[key]).find((value) => typeof value === 'string' && value !== '');
  return typeof named === 'string' ? keepStart(named, longestSubject) : '';
}

const subjectKeys = ['tool', 'model', 'agent_strategy', 'datasource', 'event', 'parameter', 'provider'] as const;
