import type { PolicyAnswer } from '../../plugin-sdk/index.js';

/** The answer, for people. */
export function told(answer: PolicyAnswer): string {
  const { allowed, reason } = answer;
  const first = `${allowed ? 'allowed' : 'refused'} by ${decider(answer)}${reason === undefined ? '' : `: ${reason}`}`;
  return [first, ...counted(answer)].map((line) => `${line}\n`).join('');
}

function decider({ decidedBy, rule, allowed }: PolicyAnswer): string {
  switch (decidedBy) {
    case 'rule':
      return `rule ${rule ?? '?'}`;
    case 'noProbe':
      return 'the no-probe list';
    case 'otherwise':
      return '`otherwise`, because no rule fits';
    case 'command':
      return allowed ? 'what it is: halt and done always are' : 'what it is';
  }
}

function counted({ rate, running }: PolicyAnswer): string[] {
  return [
    ...(rate
      ? [`  at most ${rate.commands} commands in ${rate.seconds} s for each ${rate.each} (not counted here)`]
      : []),
    ...(running ? [`  at most ${running.measurements} running for each ${running.each} (not counted here)`] : []),
  ];
}
