import { once } from 'node:events';
import { createServer } from 'node:http';
import { definePlugin } from '../../../../plugin-sdk/index.js';

/** Tells Prometheus how the fleet is, at http://127.0.0.1:PORT/metrics. */
export default definePlugin({
  name: 'metrics',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      port: { type: 'integer', minimum: 0, maximum: 65_535, default: 9464, description: 'of the loopback' },
    },
  },
  setup({ hooks, log, instances, figures, observe }, { port }) {
    let goneBytes = 0; // of instances that are gone: without them the counter would go back
    observe('changed', ({ instance, to }) => {
      if (to === 'gone') goneBytes += instance.figures().bytesFromInstance;
    });

    function metrics() {
      const all = instances().map((instance) => ({ instance, ...instance.figures() }));
      const bytes = all.reduce((sum, { bytesFromInstance }) => sum + bytesFromInstance, goneBytes);
      return [
        '# TYPE scr_result_bytes_total counter',
        `scr_result_bytes_total ${bytes}`,
        '# TYPE scr_refused_connections_total counter',
        ...figures().refusals.map(
          ({ step, code, count }) => `scr_refused_connections_total{step="${step}",code="${code}"} ${count}`,
        ),
        '# TYPE scr_instance_up gauge',
        ...all.map(
          ({ instance: { id, monitorName = '', state } }) =>
            `scr_instance_up{id="${id}",monitor="${monitorName}"} ${state === 'connected' ? 1 : 0}`,
        ),
        '',
      ].join('\n');
    }

    hooks.start.tap(async () => {
      const server = createServer((request, response) => {
        const found = request.url === '/metrics';
        response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' });
        response.end(found ? metrics() : 'see /metrics\n');
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening'); // rejects where the port is taken
      log.info({ event: 'metrics.listening', address: server.address() }, 'metrics can be read');
      return async () => {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      };
    });
  },
});
