import type { Change, RefusedClient, RefusedConnection, Reloading } from '../../plugin-sdk/index.js';
import type { Happening } from './events.js';
import type { Vp } from './vps/vp.js';

/** What is told of a VP that came to another state. */
export function vpTurned(vp: Vp, { from }: Change): Happening {
  const { key, state, reason } = vp;
  if (state === 'connected')
    return { kind: from === 'zombie' ? 'vp.resumed' : 'vp.connected', vp: key, text: 'is there' };
  const why = reason === undefined ? {} : { code: reason.code };
  const text = reason?.text ?? 'is not there any more';
  return { kind: state === 'away' ? 'vp.away' : 'vp.lost', vp: key, ...why, text };
}

export function connectionRefused({ step, code, reason, peer, monitorName }: RefusedConnection): Happening {
  const who = monitorName ?? (peer?.kind === 'ip' ? peer.address : peer?.label) ?? 'somebody';
  return { kind: 'connection.refused', code, text: `${who}, at ${step}: ${reason}` };
}

export function clientRefused({ instance, code, reason }: RefusedClient): Happening {
  return { kind: 'client.refused', code, text: `${instance.name}: ${reason}` };
}

export function reloadTold({ applied, kept }: Reloading): Happening {
  if (!applied) return { kind: 'reload.failed', text: 'the configuration has mistakes: nothing was changed' };
  const text = kept.length === 0 ? 'all was taken' : `these kept what they had: ${kept.join(', ')}`;
  return { kind: 'reload', text };
}
