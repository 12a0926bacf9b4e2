import type { Gate } from './gate.js';
import { type Plugin, type PluginController, definePlugin } from '../../../plugin-sdk/index.js';

/** A plugin without options. */
export function plugin(name: string, setup: (controller: PluginController<object>) => void): Plugin<object> {
  return definePlugin({ name, schema: { type: 'object' }, setup });
}

/** Keeps every disconnected instance for so many seconds. */
export function keeping(seconds: number): Plugin<object> {
  return plugin('keeping', ({ hooks }) => hooks.disconnect.tap(() => ({ keepFor: seconds * 1000 })));
}

/** Cannot make an instance reachable the first time it is asked. */
export function failingOnce(): Plugin<object> {
  let failures = 1;
  return plugin('failing', ({ hooks }) =>
    hooks.attach.tap(() => {
      if (failures-- > 0) throw new Error('not now');
    }),
  );
}

/** Holds every resume up in the hook attach, until the test lets it go on. */
export function holdingResumes(asked: Gate, answer: Gate): Plugin<object> {
  return plugin('holding', ({ hooks }) =>
    hooks.attach.tap((_instance, { resumed }) => {
      if (!resumed) return undefined;
      asked.open();
      return answer.promise;
    }),
  );
}

/** Notes when attach handlers and what undoes them run. */
export function noting(notes: string[]): Plugin<object> {
  return plugin('noting', ({ hooks }) => {
    hooks.attach.tap((instance, { resumed }) => {
      const { name } = instance;
      notes.push(`${resumed ? 'reattach' : 'attach'} ${name}`);
      return () => void notes.push(`undo ${name}`);
    });
    hooks.disconnect.tap((instance, { code }) => void notes.push(`disconnect ${instance.name} ${code}`));
    hooks.expire.tap((instance, { code }) => void notes.push(`expire ${instance.name} ${code}`));
  });
}
