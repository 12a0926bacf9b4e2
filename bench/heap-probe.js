/**
 * Loaded into a controller with `--import`, tells the size of its heap: whoever connects to the socket named in HEAP_PROBE is
 * sent one line of JSON, measured after a full collection.
 */
import { createServer } from 'node:net';
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** What finished handles hold is let go in the turns of the event loop after a collection. */
async function collected() {
  for (let turn = 0; turn < 4; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { code_and_metadata_size: code } = getHeapCodeStatistics();
  return { ...process.memoryUsage(), code };
}

createServer((socket) => {
  socket.on('error', () => socket.destroy());
  void collected().then((memory) => socket.end(`${JSON.stringify(memory)}\n`));
})
  .listen(process.env.HEAP_PROBE)
  .unref();
