import { describe, expect, test } from 'vitest';
import { targetsOf } from '../../../plugin-sdk/commands/targets.js';

function targets(line: string): readonly string[] | undefined {
  return targetsOf((line.split(' ')[0] ?? '').toLowerCase(), line);
}

describe('the target of a command is known', () => {
  test.each([
    ['ping 192.0.2.1', ['192.0.2.1']],
    ['PING -c 3 -P TCP-syn -d 80 192.0.2.1', ['192.0.2.1']],
    ['ping -R -c 3 2001:db8::1', ['2001:db8::1']],
    ['ping  -c  3  192.0.2.1 ', ['192.0.2.1']],
    ['ping -c 198.51.100.1 192.0.2.1', ['192.0.2.1']],
    ['ping -T tsprespec=198.51.100.1,198.51.100.2 192.0.2.1', ['192.0.2.1']],
    ['ping -S 198.51.100.1 -O dl 192.0.2.1', ['192.0.2.1']],
    ['trace -P icmp-paris -q 1 192.0.2.1', ['192.0.2.1']],
    ['trace -M -Q -T -z 198.51.100.9 192.0.2.1', ['192.0.2.1']],
    ['tracelb -O ptr 192.0.2.1', ['192.0.2.1']],
    ["tbit -t pmtud -u 'http://www.example.com/' 2001:db8::10", ['2001:db8::10']],
    ['tbit -u "http://www.example.com/" 192.0.2.1', ['192.0.2.1']],
    ['sting -c 5 192.0.2.1', ['192.0.2.1']],
    ['neighbourdisc -i eth0 192.0.2.1', ['192.0.2.1']],
    ['dealias -m mercator 192.0.2.1', ['192.0.2.1']],
    ['dealias -m ally 192.0.2.1 192.0.2.2', ['192.0.2.1', '192.0.2.2']],
    ["dealias -m ally -p '-P icmp-echo' 192.0.2.1 192.0.2.2", ['192.0.2.1', '192.0.2.2']],
    ['dealias -m bump -p \'-P udp -i 192.0.2.1\' -p "-i 192.0.2.2"', ['192.0.2.1', '192.0.2.2']],
    ['host -r -s 192.0.2.53 -t A www.example.com', ['192.0.2.53']],
  ])('%s', (line, expected) => expect(targets(line)).toEqual(expected));

  test.each(['halt 3', 'done', 'sniff -S 192.0.2.1 icmp[icmpid] == 3'])('there is none: %s', (line) => {
    expect(targets(line)).toEqual([]);
  });
});

describe('the target of a command is unknown', () => {
  test.each([
    'ping',
    'ping www.example.com',
    'ping 127.1',
    'ping 2130706433',
    'ping 0x7f.0.0.1',
    'ping 127.0.0.010',
    'ping fe80::1%eth0',
    'ping 192.0.2.0/24',
    'ping 192.0.2.1 192.0.2.2',
    'ping 192.0.2.1 -c 1',
    'ping -c1 192.0.2.1',
    'ping -c 1 -- 192.0.2.1',
    'ping -x 1 192.0.2.1',
    'ping -c 192.0.2.1',
    'ping -O spoof -S 198.51.100.1 192.0.2.1',
    'ping -S 198.51.100.1 -O Spoof 192.0.2.1',
    "ping -p 'aa 192.0.2.1",
    'ping -p "a"b 192.0.2.1',
    'ping -p a\\ b 192.0.2.1',
    'tbit -t null -S 198.51.100.1 192.0.2.1',
    'trace -A 192.0.2.9 192.0.2.1',
    'dealias -m mercator',
    'dealias -m ally -i 192.0.2.1 192.0.2.2',
    "dealias -m prefixscan -p '-P udp' 192.0.2.1 192.0.2.0/30",
    "dealias -m ally -p '-P udp -i www.example.com' 192.0.2.1",
    "dealias -m ally -p '-P udp 192.0.2.9' 192.0.2.1",
    "dealias -m ally -p '-x 192.0.2.9' 192.0.2.1",
    'host www.example.com',
    'host -s dns.example.com www.example.com',
    'http -u http://www.example.com/ 192.0.2.1',
    'udpprobe -d 53 -p aa 192.0.2.1',
    'owamp 192.0.2.1',
    'toString 192.0.2.1',
    '',
  ])('%s', (line) => expect(targets(line)).toBeUndefined());
});
