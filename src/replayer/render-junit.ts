import { basename } from 'node:path';
import XMLBuilder from 'fast-xml-builder';
import type { Report, ReportedInvocation } from './report.ts';

/** Characters that XML 1.0 has no place for. */
const unfit = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

interface TestCase {
  '@_classname': string;
  '@_name': string;
  failure?: { '@_message': string; '@_type': string };
  skipped?: { '@_message': string };
}

interface Suite {
  name: string;
  cases: TestCase[];
}

type Verdict = 'used' | 'repeated' | 'unused';

/**
 * A report as JUnit XML: each recorded invocation is a test that passed if it was used, and each miss one that failed. In
 * strict mode what was repeated or not used has failed too, and a fault that never acted; otherwise these were skipped.
 */
export function renderJUnit(report: Report, isStrict: boolean): string {
  const repeated = new Set(report.repeated.map(nameOf));
  const verdictOf = (one: ReportedInvocation): Verdict =>
    one.uses === 0 ? 'unused' : repeated.has(nameOf(one)) ? 'repeated' : 'used';
  const suites: Suite[] = [
    {
      name: 'recorded invocations',
      cases: [...report.used, ...report.unused].map((one) => invocationCase(one, verdictOf(one), isStrict)),
    },
    { name: 'requests', cases: report.missed.map(missCase) },
    { name: 'refused lines', cases: report.refused.map(refusalCase) },
    { name: 'faults', cases: report.faults.map((one) => faultCase(one, isStrict)) },
  ].filter(({ cases }) => cases.length > 0);
  const all = suites.flatMap(({ cases }) => cases);
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@_',
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: {
      '@_name': 'reprise',
      ...countsOf(all),
      testsuite: suites.map(renderSuite),
    },
  });
}

function renderSuite({ name, cases }: Suite): Record<string, unknown> {
  return { '@_name': name, ...countsOf(cases), testcase: cases };
}

function countsOf(cases: readonly TestCase[]): Record<string, number> {
  return {
    '@_tests': cases.length,
    '@_failures': cases.filter(({ failure }) => failure !== undefined).length,
    '@_errors': 0,
    '@_skipped': cases.filter(({ skipped }) => skipped !== undefined).length,
  };
}

/** The report alone tells what was repeated: `uses` counts those of all replays that are summed up. */
function nameOf({ recording, invocation }: ReportedInvocation): string {
  return `${recording}#${invocation}`;
}

function invocationCase(
  { recording, invocation, action, subject, uses }: ReportedInvocation,
  verdict: Verdict,
  isStrict: boolean,
): TestCase {
  const about = {
    '@_classname': fit(recording),
    '@_name': fit(`#${invocation} ${action}${subject === '' ? '' : ` ${subject}`}`),
  };
  if (verdict === 'unused') {
    const message = `${basename(recording)}#${invocation} was not used`;
    return isStrict
      ? { ...about, failure: failure(message, 'unused') }
      : { ...about, skipped: { '@_message': fit(message) } };
  }
  const message = `${basename(recording)}#${invocation} was recorded once and given ${uses} times`;
  return verdict === 'repeated' && isStrict ? { ...about, failure: failure(message, 'repeated') } : about;
}

function missCase({ asked, action, text, journal, session }: Report['missed'][number]): TestCase {
  return {
    '@_classname': fit(session ?? 'requests'),
    '@_name': fit(`request ${asked} ${action}${journal === undefined ? '' : ` (${basename(journal)})`}`),
    failure: failure(text, 'missed'),
  };
}

/** The program answers such a line, and so does a replay: it is no failure. */
function refusalCase({ asked, error, journal, session }: Report['refused'][number]): TestCase {
  const where = journal === undefined ? '' : ` (${basename(journal)})`;
  return { '@_classname': fit(session ?? 'refused lines'), '@_name': fit(`line ${asked}: ${error}${where}`) };
}

function faultCase({ fault, fired }: Report['faults'][number], isStrict: boolean): TestCase {
  const about = { '@_classname': 'faults', '@_name': fit(fault) };
  if (fired > 0) return about;
  const message = 'the fault never acted';
  return isStrict
    ? { ...about, failure: failure(message, 'idle') }
    : { ...about, skipped: { '@_message': fit(message) } };
}

function failure(message: string, type: string): { '@_message': string; '@_type': string } {
  return { '@_message': fit(message), '@_type': type };
}

function fit(text: string): string {
  return text.replace(unfit, '?');
}
