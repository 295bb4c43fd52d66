import { expect, test } from 'vitest';
import { createRedactor } from '../../support/redact-lines.ts';

test.each([
  '{"credential_type":"api-key","tool_parameters":{"city":"Paris"}}',
  '{"text":"Token: a unit of text that a model reads."}',
  '{"text":"Secret: never give up.\\nAuthorization: required for all of it\\nCookie: chocolate chip with nuts"}',
  '{"url":"https://rates.example/latest?code=EURUSD&base=1"}',
  '{"logprobs":[{"token":" information","logprob":-0.1,"bytes":[1]},{"token":"Hi","logprob":-1}]}',
  '{"properties":{"api_key":{"type":"string","description":"The API key of the service","title":"API Key"}}}',
  '{"api_key":{"label":{"en_US":"API Key of yours","zh_Hans":"yours, in Chinese"},"help":"Where it is found"}}',
  '{"issue_key":"PROJ-1234","space_key":"DOCSPACE","file_key":"file_v2_abc","image_key":"img_v2_041b28e3"}',
  '{"translationKey":"home.title.main","s3_key":"folder/file.txt","parent_key":"PROJ-1000","next_key":"2024-01-01"}',
  '{"auth":"none","auth_type":"api_key","authorization":"required"}',
])('%s has no secret in it', (line) => {
  expect(createRedactor().redactText(line)).toBe(line);
});

test.each([
  ['{"text":"x-api-key: abcdefgh"}', 'abcdefgh'],
  ['{"text":"Token: 8f14e45fceea167a"}', '8f14e45fceea167a'],
  ['{"text":"Authorization: Bearer opaque-words-only was refused"}', 'opaque-words-only'],
  ['{"text":"Cookie: sid=abcdefgh; theme=dark\\nAccept: */*"}', 'abcdefgh'],
  ['{"url":"https://app.example/cb?code=EURUSD&state=1"}', 'EURUSD'],
  ['{"text":"use mykey-first-secret-here","api_key":"first-secret-here"}', 'first-secret-here'],
  ['{"api_key":"abcdefgh","text":"abcdefgh-and-more","token":"abcdefgh-and-more"}', '-and-more'],
  ["{'a': 'say api_key=\\'escaped-apostrophes\\' \"so\"'}", 'escaped-apostrophes'],
])('of %s, %s is a secret', (line, secret) => {
  expect(createRedactor().redactText(line)).not.toContain(secret);
});
