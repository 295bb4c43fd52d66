/** A secret that opens nothing: put together when it is wanted, so that no code host's scanner takes it for one. */
export interface MadeSecret {
  kind: string;
  value: string;
  /** What has to stand before and behind it. */
  around?: readonly [string, string];
}

const digits = '0123456789abcdef';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function hex(length: number): string {
  return Array.from({ length }, (_, at) => digits[(at * 7 + 3) % 16]).join('');
}

function word(length: number): string {
  return Array.from({ length }, (_, at) => letters[(at * 23 + 5) % 62]).join('');
}

function upper(length: number): string {
  return word(length).toUpperCase();
}

function made(kind: string, parts: readonly string[], around?: readonly [string, string]): MadeSecret {
  return { kind, value: parts.join(''), ...(around === undefined ? {} : { around }) };
}

const pemBody = `${word(64)}\n${word(64)}\n${word(30)}==\n`;

/** One of each kind, and more where a kind is written in several ways. */
export const madeSecrets: readonly MadeSecret[] = [
  made('anthropic_key', ['sk-', 'ant-api03-', word(80)]),
  made('openrouter_key', ['sk-', 'or-v1-', hex(64)]),
  made('langfuse_key', ['sk-', 'lf-', '01234567-89ab-cdef-0123-456789abcdef']),
  made('openai_key', ['sk-', word(48)]),
  made('openai_key', ['sk-', 'proj-', word(60), '-', word(20), '_', word(20)]),
  made('openai_key', ['sk-', 'svcacct-', word(60)]),
  made('openai_key', ['sk-', 'reprise-0123456789abcdef']),
  made('openai_key', ['sk-', 'reprise-SECRET-0123456789abcdef']),
  made('google_api_key', ['AI', 'za', word(35)]),
  made('huggingface_token', ['h', 'f_', word(34)]),
  made('replicate_token', ['r', '8_', word(37)]),
  made('groq_key', ['g', 'sk_', word(52)]),
  made('xai_key', ['x', 'ai-', word(80)]),
  made('perplexity_key', ['pp', 'lx-', word(48)]),
  made('fireworks_key', ['f', 'w_', word(24)]),
  made('nvidia_key', ['nv', 'api-', word(64)]),
  made('jina_key', ['ji', 'na_', word(60)]),
  made('langsmith_key', ['ls', 'v2_pt_', hex(32), '_', hex(10)]),
  made('tavily_key', ['tv', 'ly-', word(32)]),
  made('tavily_key', ['tv', 'ly-dev-', word(32)]),
  made('firecrawl_key', ['f', 'c-', hex(32)]),
  made('pinecone_key', ['pc', 'sk_', word(6), '_', word(63)]),
  made('e2b_key', ['e', '2b_', hex(40)]),
  made('dify_key', ['ap', 'p-', word(24)]),
  made('dify_key', ['data', 'set-', word(24)]),
  made('aws_access_key_id', ['AK', 'IA', upper(16)]),
  made('aws_access_key_id', ['AS', 'IA', upper(16)]),
  made('google_oauth_token', ['ya', '29.', word(60)]),
  made('google_client_secret', ['GOC', 'SPX-', word(28)]),
  made('google_refresh_token', ['1/', '/0', word(60)]),
  made('alibaba_access_key_id', ['LT', 'AI', word(20)]),
  made('tencent_secret_id', ['AK', 'ID', word(32)]),
  made('azure_account_key', [word(86), '=='], ['AccountKey=', ';']),
  made('azure_account_key', [word(43), '='], ['SharedAccessKey=', '']),
  made('azure_sas', [word(43), '%3D'], ['https://a.blob.example/c?sv=2024&sig=', '&se=2026']),
  made('digitalocean_token', ['do', 'p_v1_', hex(64)]),
  made('databricks_token', ['da', 'pi', hex(32)]),
  made('supabase_key', ['sb', 'p_', hex(40)]),
  made('supabase_key', ['sb', '_secret_', word(31)]),
  made('vault_token', ['hv', 's.', word(24)]),
  ...['p', 'o', 'u', 's', 'r'].map((letter) => made('github_token', [`gh${letter}`, '_', word(36)])),
  made('github_token', ['github', '_pat_', word(22), '_', word(59)]),
  made('gitlab_token', ['gl', 'pat-', word(20)]),
  made('npm_token', ['np', 'm_', word(36)]),
  made('pypi_token', ['py', 'pi-AgE', word(80)]),
  made('docker_token', ['dckr', '_pat_', word(27)]),
  made('postman_key', ['PM', 'AK-', hex(24), '-', hex(34)]),
  made('sentry_token', ['sn', 'trys_', word(60)]),
  made('grafana_token', ['gl', 'sa_', word(32), '_', hex(8)]),
  made('newrelic_key', ['NR', 'AK-', upper(27)]),
  ...['b', 'p'].map((letter) => made('slack_token', [`xox${letter}`, '-123456789012-', word(24)])),
  made('slack_token', ['xa', 'pp-1-A0123456789-', word(40)]),
  made('slack_webhook', ['T0123456789/B0123456789/', word(24)], ['https://hooks.slack.com/services/', '']),
  made('feishu_webhook', [hex(8), '-89ab-cdef-0123-', hex(12)], ['https://open.feishu.cn/open-apis/bot/v2/hook/', '']),
  made('api_key', [word(12), '-', word(20)], ['Incorrect API key provided: ', '.']),
  made('url_token', [hex(40)], ['https://', '@git.example/x.git']),
  made('discord_webhook', ['123456789012345678/', word(68)], ['https://discord.com/api/webhooks/', '']),
  made('telegram_token', ['AA', word(33)], ['https://api.telegram.org/bot123456789:', '/getMe']),
  made('notion_token', ['nt', 'n_', word(46)]),
  made('notion_token', ['sec', 'ret_', word(43)]),
  made('linear_key', ['lin', '_api_', word(40)]),
  made('airtable_token', ['pa', 't', word(14), '.', hex(64)]),
  made('figma_token', ['fi', 'gd_', word(40)]),
  made('atlassian_token', ['AT', 'ATT3', word(60), '=', hex(8).toUpperCase()]),
  made('stripe_key', ['sk', '_live_', word(24)]),
  made('stripe_key', ['rk', '_live_', word(24)]),
  made('stripe_key', ['sk', '_test_', word(24)]),
  made('webhook_secret', ['wh', 'sec_', word(32)]),
  made('square_token', ['sq', '0atp-', word(22)]),
  made('shopify_token', ['sh', 'pat_', hex(32)]),
  made('sendgrid_key', ['S', 'G.', word(22), '.', word(43)]),
  made('mailgun_key', ['ke', 'y-', hex(32)]),
  made('twilio_key', ['S', 'K', hex(32)]),
  made('facebook_token', ['EA', 'A', word(120)]),
  ...['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '].map((kind) =>
    made('private_key', ['-----BE', `GIN ${kind}PRIVATE KEY-----\n`, pemBody, `-----END ${kind}PRIVATE KEY-----`]),
  ),
  made('private_key', [
    '-----BE',
    'GIN PGP PRIVATE KEY BLOCK-----\n\n',
    pemBody,
    '-----END PGP PRIVATE KEY BLOCK-----',
  ]),
  made('jwt', ['ey', 'J', word(30), '.ey', 'J', word(60), '.', word(43)]),
  made('bearer_token', [word(40)], ['Authorization: Bearer ', '']),
  made('basic_credentials', ['dXNl', 'cjpwYXNzd29yZA=='], ['Authorization: Basic ', '']),
  made('url_password', ['hunter', '2:3'], ['postgres://admin:', '@db.example:5432/x']),
];
