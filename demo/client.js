import { connect } from 'node:net';
import { SimClient } from 'sc-remoted/plugin-sdk/testing';

/** Asks one instance, as `sc_attach -R` would. @returns what it answered to each command */
export async function ask(socket, commands) {
  const client = new SimClient(connect({ path: socket, allowHalfOpen: true }));
  await client.until('MORE\n');
  for (const command of commands) {
    client.send(`${command}\n`);
    await client.until('`\nMORE\n');
  }
  client.send('done\n');
  await client.end;
  client.finish();
  return [...client.text.matchAll(/^DATA (\d+).*\n/gm)].map((header) => {
    const start = header.index + header[0].length;
    return decode(client.text.slice(start, start + Number(header[1])));
  });
}

/** The text in a uuencoded block. */
function decode(block) {
  return block.split('\n').map(decodeLine).join('');
}

/** A digit for the length, then four digits of six bits for three octets. */
function decodeLine(line) {
  const [length = 0, ...digits] = [...Buffer.from(line)].map((digit) => (digit - 32) & 63);
  const bits = digits.map((digit) => digit.toString(2).padStart(6, '0')).join('');
  const octets = bits.match(/.{8}/g) ?? [];
  return String.fromCharCode(...octets.slice(0, length).map((octet) => parseInt(octet, 2)));
}
