/** A kind of secret that is known by how it is written. */
export interface TokenShape {
  kind: string;
  /** The texts that it can begin with, each of at least 3 characters of ASCII: what a scan in one pass looks for. */
  start: readonly string[];
  /** What stands there as a whole, to be tried at a beginning. Group 1, where it has one, is the secret part. */
  shape: RegExp;
  /** Whether it is one after all. */
  isReal?: (secret: string) => boolean;
}

// To stay linear on any input, a shape either can't fail once it has read what it must, or reads a bounded number of
// characters. The lookaheads keep prose out: `sk-` and words joined by hyphens, `Basic authentication`.

/** The more special before the general: the first that fits is it. */
export const tokenShapes: readonly TokenShape[] = [
  // Models
  { kind: 'anthropic_key', start: ['sk-ant-'], shape: /sk-ant-[\w-]{16,}/y },
  { kind: 'openrouter_key', start: ['sk-or-'], shape: /sk-or-[\w-]{16,}/y },
  { kind: 'langfuse_key', start: ['sk-lf-'], shape: /sk-lf-[\w-]{16,}/y },
  {
    kind: 'openai_key',
    start: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-'],
    shape: /sk-(?=[a-z_-]{0,64}[A-Z\d])[\w-]{16,}/y,
  },
  { kind: 'google_api_key', start: ['AIza'], shape: /AIza[\w-]{35,}/y },
  { kind: 'huggingface_token', start: ['hf_'], shape: /hf_[A-Za-z\d]{30,}/y },
  { kind: 'replicate_token', start: ['r8_'], shape: /r8_[A-Za-z\d]{30,}/y },
  { kind: 'groq_key', start: ['gsk_'], shape: /gsk_[A-Za-z\d]{32,}/y },
  { kind: 'xai_key', start: ['xai-'], shape: /xai-[A-Za-z\d]{40,}/y },
  { kind: 'perplexity_key', start: ['pplx-'], shape: /pplx-[A-Za-z\d]{32,}/y },
  { kind: 'fireworks_key', start: ['fw_'], shape: /fw_(?=[A-Za-z]{0,40}\d)[A-Za-z\d]{22,}/y },
  { kind: 'nvidia_key', start: ['nvapi-'], shape: /nvapi-[\w-]{40,}/y },
  { kind: 'jina_key', start: ['jina_'], shape: /jina_[\w-]{40,}/y },
  { kind: 'langsmith_key', start: ['lsv2_pt_', 'lsv2_sk_'], shape: /lsv2_(?:pt|sk)_[\da-f]{32}\w{0,16}/y },
  // Search and data for models
  { kind: 'tavily_key', start: ['tvly-'], shape: /tvly-(?=[A-Za-z-]{0,40}\d)[\w-]{20,}/y },
  { kind: 'firecrawl_key', start: ['fc-'], shape: /fc-[\da-f]{32}/y },
  { kind: 'pinecone_key', start: ['pcsk_'], shape: /pcsk_\w{40,}/y },
  { kind: 'e2b_key', start: ['e2b_'], shape: /e2b_[\da-f]{40}/y },
  // Dify
  {
    kind: 'dify_key',
    start: ['app-', 'dataset-'],
    shape: /(?:app|dataset)-(?=[A-Za-z]{0,23}\d)[A-Za-z\d]{24}(?![\w-])/y,
  },
  // Clouds
  { kind: 'aws_access_key_id', start: ['AKIA', 'ASIA'], shape: /A[KS]IA[A-Z\d]{16}(?!\w)/y },
  { kind: 'google_oauth_token', start: ['ya29.'], shape: /ya29\.[\w-]{20,}/y },
  { kind: 'google_client_secret', start: ['GOCSPX-'], shape: /GOCSPX-[\w-]{20,}/y },
  { kind: 'google_refresh_token', start: ['1//0'], shape: /1\/\/0[\w-]{40,}/y },
  { kind: 'alibaba_access_key_id', start: ['LTAI'], shape: /LTAI[A-Za-z\d]{12,26}(?!\w)/y },
  { kind: 'tencent_secret_id', start: ['AKID'], shape: /AKID[A-Za-z\d]{32}(?!\w)/y },
  {
    kind: 'azure_account_key',
    start: ['AccountKey=', 'SharedAccessKey='],
    shape: /(?:Account|SharedAccess)Key=([A-Za-z\d+/]{43,88}={0,2})/y,
  },
  {
    kind: 'azure_sas',
    start: ['sig='],
    shape: /sig=((?:[A-Za-z\d+/]|%2[BbFf]){43,88}(?:=|%3[Dd]|\\{1,64}u003d){1,2})/y,
  },
  { kind: 'digitalocean_token', start: ['dop_v1_', 'doo_v1_', 'dor_v1_'], shape: /do[opr]_v1_[\da-f]{64}/y },
  { kind: 'databricks_token', start: ['dapi'], shape: /dapi[\da-f]{32}(?:-\d)?(?!\w)/y },
  { kind: 'supabase_key', start: ['sbp_', 'sb_secret_'], shape: /sb(?:p|_secret)_[\w-]{31,}/y },
  { kind: 'vault_token', start: ['hvs.', 'hvb.'], shape: /hv[bs]\.[\w-]{24,}/y },
  // Code and packages
  { kind: 'github_token', start: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], shape: /gh[oprsu]_[A-Za-z\d]{36,}/y },
  { kind: 'github_token', start: ['github_pat_'], shape: /github_pat_\w{22,}/y },
  { kind: 'gitlab_token', start: ['glpat-', 'gldt-', 'glrt-', 'glptt-'], shape: /gl(?:pat|dt|rt|ptt)-[\w-]{20,}/y },
  { kind: 'npm_token', start: ['npm_'], shape: /npm_[A-Za-z\d]{36}/y },
  { kind: 'pypi_token', start: ['pypi-'], shape: /pypi-AgE[\w-]{50,}/y },
  { kind: 'docker_token', start: ['dckr_pat_', 'dckr_oat_'], shape: /dckr_[op]at_[\w-]{24,}/y },
  { kind: 'postman_key', start: ['PMAK-'], shape: /PMAK-[\da-f]{24}-[\da-f]{34}/y },
  { kind: 'sentry_token', start: ['sntrys_', 'sntryu_'], shape: /sntry[su]_[\w+/=-]{40,}/y },
  { kind: 'grafana_token', start: ['glsa_', 'glc_'], shape: /gl(?:sa|c)_[\w+/=-]{32,}/y },
  { kind: 'newrelic_key', start: ['NRAK-'], shape: /NRAK-[A-Z\d]{27}/y },
  // Work
  {
    kind: 'slack_token',
    start: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxe.'],
    shape: /xox[abeprs][.-][\w.-]{20,}/y,
  },
  { kind: 'slack_token', start: ['xapp-'], shape: /xapp-\d-[\w-]{20,}/y },
  {
    kind: 'slack_webhook',
    start: ['hooks.slack.com'],
    shape: /hooks\.slack\.com\\{0,64}\/(?:services|workflows|triggers)\\{0,64}\/(\w{8,64}(?:\\{0,64}\/\w{8,64}){1,3})/y,
  },
  {
    kind: 'feishu_webhook',
    start: ['open.feishu.cn', 'open.larksuite.com'],
    shape:
      /open\.(?:feishu\.cn|larksuite\.com)\\{0,64}\/open-apis\\{0,64}\/bot\\{0,64}\/v2\\{0,64}\/hook\\{0,64}\/([\w-]{16,64})/y,
  },
  {
    kind: 'discord_webhook',
    start: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    shape: /discord(?:app)?\.com\/api\/webhooks\/(\d{17,20}\/[\w-]{60,})/y,
  },
  { kind: 'telegram_token', start: [':AA'], shape: /(?<=(?<!\d)\d{8,10}):(AA[\w-]{33})(?![\w-])/y },
  { kind: 'notion_token', start: ['ntn_', 'secret_'], shape: /(?:ntn|secret)_(?=[A-Za-z]{0,40}\d)[A-Za-z\d]{40,}/y },
  { kind: 'linear_key', start: ['lin_api_', 'lin_oauth_'], shape: /lin_(?:api|oauth)_[A-Za-z\d]{32,}/y },
  { kind: 'airtable_token', start: ['pat'], shape: /pat[A-Za-z\d]{14}\.[\da-f]{64}/y },
  { kind: 'figma_token', start: ['figd_', 'figu_'], shape: /fig[du]_[\w-]{30,}/y },
  { kind: 'atlassian_token', start: ['ATATT3', 'ATCTT3'], shape: /AT[AC]TT3[\w=-]{40,}/y },
  // Money, mail and messages
  {
    kind: 'stripe_key',
    start: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'],
    shape: /[rs]k_(?:live|test)_[A-Za-z\d]{16,}/y,
  },
  { kind: 'webhook_secret', start: ['whsec_'], shape: /whsec_[A-Za-z\d+/=]{24,}/y },
  { kind: 'square_token', start: ['sq0atp-', 'sq0csp-'], shape: /sq0(?:atp|csp)-[\w-]{22,}/y },
  {
    kind: 'shopify_token',
    start: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    shape: /shp(?:at|ca|pa|ss)_[\da-fA-F]{32}/y,
  },
  { kind: 'sendgrid_key', start: ['SG.'], shape: /SG\.[\w-]{16,32}\.[\w-]{32,64}/y },
  { kind: 'mailgun_key', start: ['key-'], shape: /key-[\da-f]{32}(?!\w)/y },
  { kind: 'twilio_key', start: Array.from('0123456789abcdef', (digit) => `SK${digit}`), shape: /SK[\da-f]{32}(?!\w)/y },
  { kind: 'facebook_token', start: ['EAA'], shape: /EAA[A-Za-z\d]{80,}/y },
  // Notations
  {
    kind: 'api_key',
    start: ['key provided: '],
    shape: /key provided: (?=[\w-]{0,256}\d)([\w-]{8,256})(?![\w*-])/y,
  },
  {
    kind: 'private_key',
    start: ['-----BEGIN '],
    // A line ends as it is, or as JSON escapes it, at any depth; the block may be cut off. What is spoken of is no key.
    shape:
      /-----BEGIN (?:[A-Z\d]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?=(?:\s|\\+(?:[nrt]|u000[ad])){0,8}(?:[A-Za-z\d+/=]{16}|Proc-Type:|Version:|Comment:))(?:[A-Za-z\d+/=:,.()\s]|-(?!----)|\\+(?:[nrt/]|u00[\da-f]{2})){16,65536}(?:-----END [A-Z\d ]{1,80}-----)?/y,
  },
  { kind: 'jwt', start: ['eyJ'], shape: /(?<!-)eyJ[\w-]{8,8192}\.eyJ[\w-]{8,65536}\.[\w-]{8,}/y },
  {
    kind: 'bearer_token',
    start: ['Bearer ', 'bearer ', 'BEARER ', 'Bearer%20'],
    shape: /(?:B|b)(?:earer|EARER)(?: |%20)(?=[A-Za-z._~+/-]{0,256}\d)([\w.~+/-]{16,}={0,2})/y,
  },
  {
    kind: 'basic_credentials',
    start: ['Basic ', 'basic ', 'BASIC '],
    shape: /(?:B|b)(?:asic|ASIC) (?=[A-Za-z+/]{0,256}(?:\d|=|[a-z][A-Z]))([A-Za-z\d+/]{8,}={0,2})(?![\w-])/y,
    // `basic JavaScript` is written as one.
    isReal: (secret) => /^[^\p{Cc}]*:[^\p{Cc}]*$/u.test(Buffer.from(secret, 'base64').toString()),
  },
  {
    kind: 'url_password',
    start: ['://', ':\\/\\/'],
    shape:
      /:\\{0,64}\/\\{0,64}\/(?!\[redacted:[^\]]{1,80}\]@)[^ \t-\r:@/?#"'\\<>[]{0,256}:(?!\[redacted:|\*{1,256}@|\d{1,5}(?:[/?#,;:&|)\]}]|$))((?:(?!:\\{0,64}\/)[^ \t-\r"'\\<>]|\\{1,64}u00[\da-f]{2}){3,256})@(?=[\w.[-])/y,
  },
  {
    kind: 'url_token',
    start: ['://', ':\\/\\/'],
    shape: /:\\{0,64}\/\\{0,64}\/(?=[\w-]{0,256}\d)([\w-]{20,256})@(?=[\w.[-])/y,
  },
];
