import type { SecretPolicy } from '../foundation/choices.ts';
import type { Asked } from '../protocol/differences.ts';
import type { BoundValue, Judgement } from '../protocol/judge-secrets.ts';
import { judgeSecrets } from '../protocol/judge-secrets.ts';
import type { MatchRules } from '../protocol/match-rules.ts';
import type { Shield } from '../protocol/mask-secrets.ts';
import type { RequestKey } from '../protocol/request-key.ts';
import { keyWithout } from '../protocol/request-key.ts';
import type { SecretPlace } from '../protocol/secret-places.ts';
import { findSecretPlaces } from '../protocol/secret-places.ts';
import type { KeyStore } from './key-store.ts';
import type { ScriptSource } from './script-source.ts';
import { SecretKeys } from './secret-keys.ts';
import { createShield } from './secret-shield.ts';

type Places = readonly SecretPlace[];

/** Requests with secrets that were recorded equal: under which key, and where their secrets are. */
interface Variant {
  key: string;
  places: Places;
  source: ScriptSource;
  /** Of those that differ, which was recorded first. */
  serial: number;
}

/** A variant that a request fits, and how. */
export interface Fitting {
  key: string;
  judgement: Judgement;
}

/** What the index of all requests shares with that of those with secrets. */
interface SecretIndexOptions {
  rules: MatchRules;
  policy: SecretPolicy;
  keys: KeyStore;
}

/**
 * The recorded requests that have placeholders in them, to be found by requests that have values there. Those that differ
 * in nothing but their secrets stand together; what a placeholder stands for is settled when it is first used.
 */
export class SecretIndex {
  readonly #options: SecretIndexOptions;
  readonly #projectKeys = new SecretKeys();
  /** By type and action: where secrets are, each set of places once. */
  readonly #signatures = new Map<string, Map<string, Places>>();
  readonly #variants = new Map<string, Map<string, Variant>>();
  readonly #places = new Map<string, Places>();
  #count = 0;
  readonly #bound = new Map<string, BoundValue>();

  constructor(options: SecretIndexOptions) {
    this.#options = options;
  }

  add(asked: Asked, { key, places }: RequestKey, source: ScriptSource): void {
    this.#projectKeys.open(source);
    const { rules, keys } = this.#options;
    const kind = kindOf(asked);
    const signatures = this.#signatures.get(kind) ?? new Map<string, Places>();
    this.#signatures.set(kind, signatures);
    signatures.set(JSON.stringify(places.map(({ pointer }) => pointer).toSorted()), places);
    const common = keys.add(keyWithout(places, asked, rules) ?? key);
    const variants = this.#variants.get(common) ?? new Map<string, Variant>();
    this.#variants.set(common, variants);
    if (!variants.has(key)) variants.set(key, { key, places: this.#intern(places), source, serial: this.#count++ });
  }

  /** The same secrets at the same places are kept once: most requests of a recording have them. */
  #intern(places: Places): Places {
    const name = JSON.stringify(places);
    const known = this.#places.get(name);
    if (known === undefined) this.#places.set(name, places);
    return known ?? places;
  }

  /** The recorded requests that one fits, in recorded order. */
  find(asked: Asked): Fitting[] {
    const { rules, keys } = this.#options;
    const found: (Fitting & { serial: number })[] = [];
    for (const places of this.#signatures.get(kindOf(asked))?.values() ?? []) {
      const common = keyWithout(places, asked, rules);
      const variants = common === undefined ? undefined : this.#variants.get(keys.find(common));
      for (const { key, places: own, source, serial } of variants?.values() ?? []) {
        const judgement = this.#judge(own, asked, source);
        if (judgement.fits) found.push({ key, judgement, serial });
      }
    }
    return found.toSorted((a, b) => a.serial - b.serial);
  }

  /** From now on, placeholders stand for these values. */
  bind({ values }: Judgement): void {
    for (const [digest, value] of values) this.#bound.set(digest, value);
  }

  /** How the secrets of a recorded request fit one. */
  judge(recorded: Asked, asked: Asked, source: ScriptSource): Judgement {
    return this.#judge(findSecretPlaces(recorded.request, this.#options.rules), asked, source);
  }

  /** What hides the secrets of a request from those who read of it. */
  shield(asked: Asked): Shield {
    const places = [...(this.#signatures.get(kindOf(asked))?.values() ?? [])].flat();
    return createShield(
      asked,
      places,
      [...this.#bound.values()].map(({ text }) => text),
    );
  }

  #judge(places: Places, { request }: Asked, source: ScriptSource): Judgement {
    return judgeSecrets(places, request, {
      isExact: this.#options.policy === 'exact',
      bound: (digest) => this.#bound.get(digest),
      isSame: (digest, value) => this.#projectKeys.isSame(source, digest, value),
    });
  }
}

function kindOf({ type, action }: Asked): string {
  return JSON.stringify([type, action]);
}
