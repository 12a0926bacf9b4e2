import { execFile } from 'node:child_process';

/** A check takes much less, in milliseconds. */
const PATIENCE = 5_000;

/** The line of the syntax error in a module: Node tells it on stderr only, when asked to check. Nothing of the module runs. */
export function lineOfSyntaxError(content: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const check = ['--input-type=module', '--check', '-'];
    const node = execFile(process.execPath, check, { timeout: PATIENCE }, (_failure, _stdout, stderr) =>
      resolve(/^\[stdin\]:(\d+)$/m.exec(stderr)?.[1]),
    );
    node.stdin?.on('error', () => undefined); // it could not be started: then there is no line
    node.stdin?.end(content);
  });
}
