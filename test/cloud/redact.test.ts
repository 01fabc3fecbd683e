import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloudError } from '../../cloud/errors/cloud-error.js';
import type { CloudClientOptions } from '../../cloud/call/client.js';
import { redactSecrets } from '../../cloud/call/redact.js';
import { activate, against, testCredentials, type Received } from './fixtures/wire-server.js';

/** Every way a secret may be written, made without the code under test. */
const forms: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  'URL-encoded': encodeURIComponent,
  'URL-encoded in lower case': (secret) => encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
  'URL-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64 of something longer': (secret) => Buffer.from(`key=${secret}&`).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'hex in capitals': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  JSON: (secret) => JSON.stringify(secret),
};

/** Names of the forms in which a text still contains the secret. */
const tells = (text: string, secret: string): string[] =>
  Object.entries(forms)
    .filter(([, form]) => text.includes(form(secret).replace(/=+$|^"|"$/g, '')))
    .map(([name]) => name);

describe('redaction', () => {
  it.each(Object.keys(forms))('takes a secret out that is written %s', (name) => {
    const secret = 'planted/secret+of=the test';
    const text = redactSecrets(`before ${forms[name]?.(secret)} after`, [secret]);
    expect(text).toMatch(/^before .*\[redacted\].* after$/);
    expect(tells(text, secret)).toEqual([]);
  });

  it('leaves none of any secret in any form, wherever it stands', () => {
    const seed = Date.now() % 2 ** 31;
    const secrets = fc
      .string({ minLength: 12, maxLength: 64 })
      .filter((text) => /^[\x20-\x7e]+$/.test(text) && text.trim().length >= 12);
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        for (const form of Object.values(forms)) {
          expect(tells(redactSecrets(before + form(secret) + after, [secret]), secret)).toEqual([]);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('takes the signed parameters out by name, though nobody named the secret', () => {
    const echo = 'Signature=abc%2Fdef%3D&SecurityToken=CAISx&Action=X "AccessKeySecret":"s3cret"';
    expect(redactSecrets(echo, [])).toBe(
      'Signature=[redacted]&SecurityToken=[redacted]&Action=X "AccessKeySecret":"[redacted]"',
    );
  });

  it('takes away the whole string-to-sign that a wrong signature is answered with', () => {
    const text =
      'Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId%3DLTAI';
    expect(redactSecrets(text, [])).toBe(
      'Specified signature is not matched with our calculation. server string to sign is: [redacted]',
    );
  });

  it('leaves text without secrets as it is', () => {
    const text = 'vpc ActiveFlowLog: IncorrectStatus.flowlog: Invalid flowlog status. SignatureMethod=HMAC-SHA1';
    expect(redactSecrets(text, ['planted-secret'])).toBe(text);
  });
});

describe('what an error of the adapter tells', () => {
  /** Everything about an error that could be written down somewhere. */
  function everything(error: unknown): string {
    const parts: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      parts.push(
        at.message,
        at.stack ?? '',
        String(at),
        JSON.stringify({ ...at }),
        Object.values(at).map(String).join(),
      );
    }
    return parts.join('\n');
  }

  /** Parts of what a server got: all of it, and its secrets in each form. Each comes alone, since long texts are cut. */
  const parts = [
    ({ body }: Received) => body,
    ...Object.values(forms).map((form) => (received: Received) => secretsOf(received).map(form).join(' ')),
  ];

  /** Texts about a server that answers with the parts of the request, one after another, in one failing way. */
  async function leak(
    options: Partial<CloudClientOptions>,
    shape: (text: string) => string,
  ): Promise<readonly { readonly text: string; readonly secrets: readonly string[] }[]> {
    const told: { text: string; secrets: string[] }[] = [];
    const { server, client } = await against((received: Received, response) => {
      const part = parts[server.received.length - 1];
      response.writeHead(400).end(shape(part ? part(received) : ''));
    }, options);
    for (const index of parts.keys()) {
      const error: unknown = await client.call(activate).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CloudError);
      const received = server.received[index];
      if (!received) throw new Error('nothing was received');
      told.push({ text: everything(error), secrets: secretsOf(received) });
    }
    return told;
  }

  const secretsOf = ({ form }: Received): string[] => [
    testCredentials.accessKeySecret,
    testCredentials.securityToken ?? '',
    form.get('Signature') ?? '',
  ];

  const shapes = [
    {
      reason: 'in the message',
      shape: (text: string) => JSON.stringify({ RequestId: 'R', Code: 'Zork', Message: text }),
    },
    { reason: 'in the code', shape: (text: string) => JSON.stringify({ RequestId: 'R', Code: text, Message: 'x' }) },
    {
      reason: 'in the dynamic message',
      shape: (text: string) => JSON.stringify({ RequestId: 'R', Code: 'Zork', Message: '%s', DynamicMessage: text }),
    },
    {
      reason: 'in the details of a denial',
      shape: (text: string) => JSON.stringify({ RequestId: 'R', Code: 'NoPermission', AccessDeniedDetail: text }),
    },
    { reason: 'in a body without code', shape: (text: string) => JSON.stringify({ RequestId: 'R', Message: text }) },
    { reason: 'in a page', shape: (text: string) => `<html>${text.slice(-150)}</html>` },
    { reason: 'in JSON that is no answer', shape: (text: string) => JSON.stringify([text]) },
  ];

  it.each(shapes)('holds no secret that the answer echoes $reason', async ({ shape }) => {
    for (const { text, secrets } of await leak({}, shape))
      for (const secret of secrets) expect(tells(text, secret)).toEqual([]);
  });

  it('holds no half of a secret where a long answer is quoted in part', async () => {
    const { accessKeySecret } = testCredentials;
    for (const start of [185, 190, 195]) {
      for (const { text } of await leak({}, () => `${'.'.repeat(start)}${accessKeySecret} and more`))
        expect(text).not.toContain(accessKeySecret.slice(0, 200 - start));
    }
  });

  it('holds no half of a secret where a long message or code is cut', async () => {
    const { accessKeySecret } = testCredentials;
    for (const [field, most] of [
      ['Message', 1_000],
      ['Code', 200],
    ] as const)
      for (const start of [most - 15, most - 10, most - 5]) {
        const long = `${'.'.repeat(start)}${accessKeySecret} and more`;
        const told = await leak({}, () =>
          JSON.stringify({ RequestId: 'R', Code: 'Zork', Message: 'x', [field]: long }),
        );
        for (const { text } of told) expect(text).not.toContain(accessKeySecret.slice(0, 4));
      }
  });

  it('would hold them without redaction: the search is able to find', async () => {
    const [, ...told] = await leak({ redact: (plain) => plain }, shapes[0]?.shape ?? String);
    for (const [index, form] of Object.keys(forms).entries())
      for (const secret of told[index]?.secrets ?? ['']) expect(tells(told[index]?.text ?? '', secret)).toContain(form);
  });
});
