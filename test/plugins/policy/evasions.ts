/** What somebody may try in order to reach 127.0.0.66, which is on the list; or 127.0.0.66 hidden in a command that is allowed. */
const LISTED = '127.0.0.66';
const FREE = '127.0.0.1';

/** Bytes that have to be refused, whatever the rules for targets; none of them ends a line. */
export const evasions = [
  // the first word
  ` ping ${LISTED}`,
  `\tping ${LISTED}`,
  `ping\t${LISTED}`,
  `PiNg ${LISTED}`,
  `"ping" ${LISTED}`,
  `;ping ${LISTED}`,
  `\0ping ${LISTED}`,
  `\r`,
  `sniffping ${LISTED}`,
  `neighbordisc ${LISTED}`,
  // the form of the address
  ...['127.66', '127.0.66', '2130706498', '0x7f000042', '0x7F.0.0.0x42', '0177.0.0.0102', '127.0.0.066'].map(ping),
  ...[`${LISTED}\r`, `${LISTED}.`, `${LISTED}/32`, `${LISTED}%lo`, `[${LISTED}]`, `"${LISTED}"`, `'${LISTED}'`].map(
    ping,
  ),
  ...[`::ffff:${LISTED}`, '::FFFF:7f00:42', '0:0:0:0:0:ffff:7F00:0042', 'localhost', 'fe80::1%lo'].map(ping),
  // more than one address, and where it stands
  ...[`${FREE} ${LISTED}`, `${LISTED} ${FREE}`, `${LISTED} -c 1`, `-c1 ${LISTED}`, `-- ${LISTED}`, `- ${LISTED}`].map(
    ping,
  ),
  ...[`-c '1 ${FREE}' ${LISTED}`, `-c "1\\" ${FREE}" ${LISTED}`, `-c "" ${LISTED}`, `-c 1"" ${LISTED}`].map(ping),
  ...[`-c '1" ${FREE}' ${LISTED} "`, `${FREE}\0${LISTED}`, `${FREE}\0 ${LISTED}`, `${FREE}\r ping ${LISTED}`].map(ping),
  ...[`${FREE}\v${LISTED}`, `${FREE}\xa0${LISTED}`, `${' '.repeat(4_096)}${LISTED}`].map(ping),
  // who gets the answers
  ...['spoof', 'SPOOF', '"spoof"'].map((option) => ping(`-O ${option} -S ${LISTED} ${FREE}`)),
  // addresses inside options
  `dealias -m ally ${FREE} ${LISTED}`,
  `dealias -m ally -p '-P icmp-echo -i ${FREE}' -p '-P icmp-echo -i ${LISTED}'`,
  `dealias -m radargun -p "-P udp -i 127.66" -p "-P udp -i ${FREE}"`,
  `dealias -m prefixscan -p '-P icmp-echo' ${FREE} 127.0.0.65/29`,
  `host -s ${LISTED} www.example.com`,
  `host -s ${FREE} -s ${LISTED} www.example.com`,
  'host www.example.com',
  ...['trace', 'tracelb', 'sting', 'tbit -t null', 'neighbourdisc -i lo'].map((start) => `${start} ${LISTED}`),
  `http -u http://${LISTED}/ ${FREE}`,
  `udpprobe -d 53 -p 00 ${LISTED}`,
  `owamp ${LISTED}`,
  // too long to be read
  `ping ${'0'.repeat(70_000)} ${LISTED}`,
];

/** What every user runs. Each is good for scamper too, and ends by itself. */
export const everyday = [
  `ping -c 1 ${FREE}`,
  `PING -c 1 -P udp ${FREE}`,
  `ping -c 1 -P tcp-syn -d 80 -O dl ${FREE}`,
  `ping -c 1 -R ${FREE}`,
  `ping -c 1 -T tsonly -s 100 ${FREE}`,
  `ping -c 1 -p 00${LISTED.replaceAll('.', '')} ${FREE}`,
  `ping -c 1 ${FREE}\r`,
  `trace ${FREE}`,
  `trace -P icmp-paris -q 1 -w 1 ${FREE}`,
  `trace -P tcp -d 80 -z ${LISTED} ${FREE}`,
  `trace -M -U 7 ${FREE}`,
  `tracelb -P udp-sport -q 2 ${FREE}`,
  `tbit -t sack-rcvr -u "http://www.example.com/" ${FREE}`,
  `dealias -m ally -p '-P icmp-echo' ${FREE} 127.0.0.2`,
  `dealias -m mercator ${FREE}`,
  `dealias -m bump -p '-P icmp-echo -i ${FREE}' -p '-P icmp-echo -i 127.0.0.2'`,
  `host -r -t A -s ${FREE} www.example.com`,
];

function ping(rest: string): string {
  return `ping ${rest}`;
}
