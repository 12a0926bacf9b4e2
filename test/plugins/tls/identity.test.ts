import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { SimScamper } from '../../../testing/index.js';
import { subjectIn } from '../../../plugin-sdk/tls/identity.js';
import { verdictOn } from '../../../plugin-sdk/tls/node-internals.js';
import zombie from '../../../plugins/zombie/index.js';
import { Authority, type Pair, type Subject } from '../support/certificates.js';
import { writePair } from '../support/tls.js';
import {
  type Refusal,
  type Remote,
  certificateRefused,
  dialScamper,
  dialTls,
  refusal,
  secured,
  server,
  showedNone,
} from '../support/tls.js';

/** Who signs the certificates of vantage points; another than the controllers' own. */
const ca = await Authority.create('The CA of vantage points');
const foo = await ca.issue({ subject: 'CN=Vantage point foo', dns: ['foo.bar'] });
const other = await ca.issue({ dns: ['other'] });

const DENIED = 'the connection ended';

test('a certificate of the CA with the monitor name in it is let in, and known', async () => {
  const { bench, port } = await secured({ ca: ca.cert });
  await dialScamper(port, { shows: foo, monitorName: 'foo.bar' }).attach();
  expect(bench.instance().tls).toEqual({
    authorized: true,
    names: ['foo.bar'],
    fingerprint256: new X509Certificate(foo.cert).fingerprint256,
    protocol: 'TLSv1.3',
    subject: 'CN=Vantage point foo',
  });
});

const middle = await ca.intermediate('In between');
const stranger = await Authority.create('The CA of vantage points');
const leafAsAuthority = await leafThatSigns();

/** A certificate signed with a key whose own certificate may not sign any. */
async function leafThatSigns(): Promise<Pair> {
  const leaf = await ca.deputy('other');
  const forged = await leaf.issue({ dns: ['foo.bar'] });
  return { cert: forged.cert + leaf.cert, key: forged.key };
}

const untrusted: {
  name: string;
  pair: () => Promise<Pair>;
  cause: string;
  who?: string;
  told?: [code: string, what: string];
}[] = [
  {
    name: 'of another CA',
    pair: async () => (await Authority.create('Another')).issue({ dns: ['foo.bar'] }),
    cause: 'unable to verify the first certificate',
  },
  {
    name: 'of another CA with the same name',
    pair: () => stranger.issue({ dns: ['foo.bar'] }),
    cause: 'certificate signature failure',
  },
  {
    name: "of the controllers' CA",
    pair: () => Promise.resolve(server),
    cause: 'self-signed certificate in certificate chain',
    who: 'CN=controller.example',
  },
  { name: 'of itself', pair: selfSigned, cause: 'self-signed certificate', who: 'CN=foo.bar' },
  {
    name: 'that has expired',
    pair: () => ca.issue({ subject: 'O=Fleet, CN=Foo', dns: ['foo.bar'], valid: [-2, -1] }),
    cause: 'certificate has expired',
    who: 'O=Fleet, CN=Foo',
    told: ['SCR_TLS_CERTIFICATE_EXPIRED', 'has expired'],
  },
  {
    name: 'that is not valid yet',
    pair: () => ca.issue({ dns: ['foo.bar'], valid: [1, 2] }),
    cause: 'certificate is not yet valid',
    told: ['SCR_TLS_CERTIFICATE_EARLY', 'is not valid yet'],
  },
  {
    name: 'whose chain is not shown',
    pair: () => middle.issue({ dns: ['foo.bar'] }),
    cause: 'unable to verify the first certificate',
  },
  {
    name: 'signed by a vantage point',
    pair: () => Promise.resolve(leafAsAuthority),
    cause: 'unsuitable certificate purpose',
  },
];

async function selfSigned(): Promise<Pair> {
  return (await Authority.create('foo.bar')).own();
}

for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
  const over = { minVersion: version, maxVersion: version, monitorName: 'foo.bar' } as const;

  test(`${version}: no certificate is not let in`, async () => {
    const { bench, port } = await secured({ ca: ca.cert });
    await expect(dialScamper(port, over).attach()).rejects.toThrow(DENIED);
    expect(await refusal(bench)).toEqual(showedNone);
    expect(bench.controller.instances).toEqual([]);
  });

  test.each(untrusted)(
    `${version}: a certificate $name is not let in`,
    async ({ pair, cause, who = 'DNS:foo.bar', told = [] as const }) => {
      const { bench, port } = await secured({ ca: ca.cert, options: { verifyName: false } });
      await expect(dialScamper(port, { ...over, shows: await pair() }).attach()).rejects.toThrow(DENIED);
      expect(await refusal(bench)).toEqual(certificateRefused(cause, who, ...told));
      expect(bench.controller.instances).toEqual([]);
    },
  );

  test(`${version}: a certificate whose chain is shown is let in`, async () => {
    const { bench, port } = await secured({ ca: ca.cert });
    const { cert, key } = await middle.issue({ dns: ['foo.bar'] });
    await dialScamper(port, { ...over, shows: { cert: cert + middle.cert, key } }).attach();
    expect(bench.instance().tls?.names).toEqual(['foo.bar']);
  });
}

test('a file with several CAs trusts each', async () => {
  const second = await Authority.create('A second CA');
  const { bench, port } = await secured({ ca: `The first:\n${ca.cert}\nThe second:\n${second.cert}` });
  await dialScamper(port, { shows: foo, monitorName: 'foo.bar' }).attach();
  await dialScamper(port, { shows: await second.issue({ dns: ['bar'] }), monitorName: 'bar' }).attach();
  expect(bench.controller.instances).toHaveLength(2);
});

const named: { name: string; subject: Subject; monitorName?: string }[] = [
  { name: 'the DNS name', subject: { dns: ['foo.bar'] } },
  { name: 'one of the DNS names', subject: { dns: ['other', 'foo.bar', 'third'] } },
  {
    name: 'the DNS name beside others',
    subject: { subject: 'CN=x', dns: ['foo.bar'], otherNames: [{ type: 'email', value: 'a@b, DNS:x' }] },
  },
  { name: 'the DNS name in other case', subject: { dns: ['FOO.Bar'] } },
  { name: 'in other case than the DNS name', subject: { dns: ['foo.bar'] }, monitorName: 'Foo.BAR' },
  { name: 'the CN where there are no alternative names', subject: { subject: 'O=x, CN=foo.bar' } },
  {
    name: 'the CN where no alternative name is a DNS name',
    subject: { subject: 'CN=foo.bar', otherNames: [{ type: 'email', value: 'a@b' }] },
  },
];

test.each(named)('the monitor name may be $name', async ({ subject, monitorName = 'foo.bar' }) => {
  const { bench, port } = await secured({ ca: ca.cert });
  await dialScamper(port, { shows: await ca.issue(subject), monitorName }).attach();
  expect(bench.controller.instances).toHaveLength(1);
});

const misnamed: { name: string; subject: Subject; monitorName?: string | undefined; told: string }[] = [
  { name: 'another DNS name', subject: { dns: ['other', 'third'] }, told: 'other, third' },
  { name: 'no name at all', subject: {}, told: 'no name' },
  { name: 'the CN where there is a DNS name', subject: { subject: 'CN=foo.bar', dns: ['other'] }, told: 'other' },
  {
    name: 'the CN where the only DNS name is no host name',
    subject: { subject: 'CN=foo.bar', dns: ['x, y'] },
    told: 'no name',
  },
  { name: 'another part of the subject', subject: { subject: 'O=foo.bar, OU=foo.bar' }, told: 'no name' },
  {
    name: 'a part of the subject that looks like a CN',
    subject: { subject: [{ O: ['x\nCN=foo.bar'] }, { OU: ['y/CN=foo.bar, CN=foo.bar'] }] },
    told: 'no name',
  },
  { name: 'a CN that goes on', subject: { subject: 'CN=foo.bar\0.evil' }, told: 'foo.bar\\00.evil' },
  { name: 'a wildcard', subject: { dns: ['*.bar', '*', 'foo.*', 'f*.bar'] }, told: '*.bar, *, foo.*, f*.bar' },
  { name: 'the rest after a dot', subject: { dns: ['.bar', 'bar'] }, told: '.bar, bar' },
  { name: 'a name with a dot at an end', subject: { dns: ['foo.bar.', '.foo.bar'] }, told: 'foo.bar., .foo.bar' },
  {
    name: 'a longer or shorter name',
    subject: { dns: ['foo.ba', 'oo.bar', 'xfoo.bar', 'foo.bar.example'] },
    told: 'foo.ba, oo.bar, xfoo.bar, foo.bar.example',
  },
  { name: 'a DNS name that goes on behind a NUL', subject: { dns: ['foo.bar\0.evil'] }, told: 'no name' },
  { name: 'a DNS name with others inside', subject: { dns: ['x, DNS:foo.bar, DNS:y'] }, told: 'no name' },
  { name: 'a DNS name with quotes and others inside', subject: { dns: ['x", DNS:foo.bar, DNS:"y'] }, told: 'no name' },
  {
    name: 'an address, URI or directory name that looks like a DNS name',
    subject: {
      otherNames: [
        { type: 'email', value: 'x, DNS:foo.bar' },
        { type: 'url', value: 'http://x/, DNS:foo.bar, DNS:y' },
        { type: 'dn', value: 'CN=x\\, DNS:foo.bar\\, y' },
      ],
    },
    told: 'no name',
  },
  {
    name: 'an e-mail address or URI of that name',
    subject: {
      otherNames: [
        { type: 'email', value: 'foo.bar' },
        { type: 'url', value: 'foo.bar' },
      ],
    },
    told: 'no name',
  },
  {
    name: 'a host below that of the monitor name',
    subject: { dns: ['foo.bar'] },
    monitorName: 'bar',
    told: 'foo.bar',
  },
  {
    name: 'given, but the monitor name is a prefix',
    subject: { dns: ['foo.bar'] },
    monitorName: 'foo',
    told: 'foo.bar',
  },
  { name: 'given, but not the monitor name', subject: { dns: ['foo.bar'] }, monitorName: undefined, told: 'foo.bar' },
];

test.each(misnamed)('not enough is: $name', async ({ subject, told, ...rest }) => {
  const monitorName = 'monitorName' in rest ? rest.monitorName : 'foo.bar';
  const { bench, port } = await secured({ ca: ca.cert });
  const shows = await ca.issue(subject);
  await expect(
    dialScamper(port, { shows, ...(monitorName !== undefined && { monitorName }) }).attach(),
  ).rejects.toThrow(DENIED);
  const { step, code, message } = await refusal(bench);
  expect({ step, code }).toEqual({ step: 'authenticate', code: 'SCR_DENIED' });
  expect(message).toContain(`the certificate is for ${told}, the monitor name is ${monitorName ?? 'not given'}: `);
  expect(bench.controller.instances).toEqual([]);
});

test('with verifyName false any certificate of the CA will do, but one there must be', async () => {
  const { bench, port } = await secured({ ca: ca.cert, options: { verifyName: false } });
  await dialScamper(port, { shows: other, monitorName: 'foo.bar' }).attach();
  await dialScamper(port, { shows: foo }).attach();
  await expect(dialScamper(port, { monitorName: 'foo.bar' }).attach()).rejects.toThrow(DENIED);
  expect(bench.controller.instances.map(({ monitorName }) => monitorName)).toEqual(['foo.bar', undefined]);
});

test('without a CA no certificate is asked for, and one that is offered counts for nothing', async () => {
  const { bench, port } = await secured();
  await dialScamper(port, { shows: foo, monitorName: 'bar' }).attach();
  expect(bench.instance().tls).toMatchObject({ authorized: false, names: [], fingerprint256: undefined });
});

/** A session with a client, whose scamper is called foo.bar. */
async function session(options: object = {}) {
  const made = await secured({ ca: ca.cert, options, plugins: [zombie] });
  const scamper = dialScamper(made.port, { shows: foo, monitorName: 'foo.bar' });
  await scamper.attach();
  const client = made.bench.client();
  await client.until('MORE');
  return { ...made, scamper, client };
}

function resume(scamper: SimScamper, port: number, remote: Remote): Promise<boolean> {
  return scamper.resume(dialTls(port, remote));
}

test('a session is resumed with a certificate for its name', async () => {
  const { bench, port, scamper, client } = await session();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const renewed = await ca.issue({ dns: ['foo.bar'] });
  expect(await resume(scamper, port, { shows: renewed })).toBe(true);
  expect(bench.instance().tls?.fingerprint256).toBe(new X509Certificate(renewed.cert).fingerprint256);
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
});

test("another's certificate does not resume a zombie, which stays as it was", async () => {
  const { bench, port, scamper, client } = await session();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const before = { name: bench.instance().name, tls: bench.instance().tls };
  await expect(resume(scamper, port, { shows: other })).rejects.toThrow(DENIED);
  const { step, code, message } = await refusal(bench);
  expect({ step, code }).toEqual({ step: 'authenticate', code: 'SCR_DENIED' });
  expect(message).toContain('the certificate is for other, the monitor name is foo.bar');
  expect({ name: bench.instance().name, tls: bench.instance().tls }).toEqual(before);
  expect(bench.instance().state).toBe('zombie');
  expect(await resume(scamper, port, { shows: foo })).toBe(true);
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
});

test.each<{ name: string; remote: Remote; told: Refusal }>([
  {
    name: "another's certificate",
    remote: { shows: other },
    told: {
      step: 'authenticate',
      code: 'SCR_DENIED',
      message: 'the certificate is for other, the monitor name is foo.bar: authentication was denied',
    },
  },
  { name: 'no certificate', remote: {}, told: showedNone },
  {
    name: 'a certificate of another CA',
    remote: { shows: await stranger.issue({ dns: ['foo.bar'] }) },
    told: certificateRefused('certificate signature failure', 'DNS:foo.bar'),
  },
])('$name does not take over a session that is connected', async ({ remote, told }) => {
  const { bench, port, scamper, client } = await session();
  const thief = new SimScamper(dialTls(port, remote), { magic: scamper.magic });
  await expect(
    thief.resume(thief.stream, { rcvNxt: scamper.rcvNxt, sndUna: scamper.sndNxt, sndNxt: scamper.sndNxt }),
  ).rejects.toThrow(DENIED);
  expect(await refusal(bench)).toEqual(told);
  expect(thief.received).toEqual([]);
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
  expect(scamper.violation).toBeUndefined();
});

test('with verifyName false any certificate of the CA resumes', async () => {
  const { bench, port, scamper } = await session({ verifyName: false });
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(await resume(scamper, port, { shows: other })).toBe(true);
});

test('a session that is not known is rejected in words that scamper understands', async () => {
  const { bench, port } = await secured({ ca: ca.cert, options: { verifyName: false } });
  const scamper = new SimScamper(dialTls(port, { shows: foo }));
  expect(await scamper.resume(scamper.stream)).toBe(false);
  const { level, fields } = await bench.log.waitFor('connection.refused');
  expect([level, fields['code']]).toEqual(['info', 'SCR_RESUME_UNKNOWN']);
});

test('a connection from before a reload that requires certificates is denied after it', async () => {
  const { bench, directory, port, entry } = await secured();
  const scamper = dialScamper(port, { shows: foo, monitorName: 'foo.bar' });
  await once(scamper.stream, 'secureConnect');
  await bench.clock.advance(0);
  writePair(directory, server, ca.cert);
  await bench.controller.reload([entry({ ca: 'ca.pem' })]);
  await expect(scamper.attach()).rejects.toThrow(DENIED);
  const { step, code, message } = await refusal(bench);
  expect({ step, code }).toEqual({ step: 'authenticate', code: 'SCR_DENIED' });
  expect(message).toContain('no client certificate was shown');
});

test('a refused name is told with the subject, the monitor name and the fingerprint', async () => {
  const { bench, port } = await secured({ ca: ca.cert });
  await expect(dialScamper(port, { shows: foo, monitorName: 'other' }).attach()).rejects.toThrow(DENIED);
  const { fields } = await bench.log.waitFor('connection.refused');
  const fingerprint = expect.stringMatching(/^[0-9a-f]{8}$/) as string;
  expect(fields).toMatchObject({ monitorName: 'other', fingerprint, subject: 'CN=Vantage point foo' });
});

test('a subject is told in one line that cannot deceive: no control characters, and no more than 256', async () => {
  const { bench, port } = await secured({ ca: ca.cert, options: { verifyName: false } });
  const subject = [
    { CN: ['a\u202eb\nc\u0085'] },
    { O: ['x'.repeat(64)] },
    ...Array.from({ length: 5 }, () => ({ OU: ['y'.repeat(64)] })),
  ];
  await dialScamper(port, { shows: await ca.issue({ subject }) }).attach();
  const told = bench.instance().tls?.subject ?? '';
  expect(told).toMatch(/^CN=a\?b\S*c\?, O=x{64}, OU=y+/);
  expect(told).not.toMatch(/[\p{C}]/u);
  expect(told).toHaveLength(257);
});

test('a certificate without any name is told as that', async () => {
  const { cert } = await ca.issue({});
  expect(subjectIn(new X509Certificate(cert))).toBe('no name');
});

test.each<{ name: string; socket: object; verdict: unknown }>([
  { name: 'it is trusted', socket: { ssl: { verifyError: (...given: unknown[]) => given[0] ?? null } }, verdict: null },
  { name: 'there is nothing of OpenSSL', socket: {}, verdict: undefined },
  { name: 'it was let go', socket: { ssl: null }, verdict: undefined },
  { name: 'it is something else', socket: { ssl: 5 }, verdict: undefined },
  { name: 'it does not tell', socket: { ssl: {} }, verdict: undefined },
])('what OpenSSL says of a chain is asked of Node, which need not tell: $name', ({ socket, verdict }) => {
  expect(verdictOn(socket as TLSSocket)).toBe(verdict);
});
