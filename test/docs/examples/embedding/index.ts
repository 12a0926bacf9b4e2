import { createController } from '../../../../index.js';

const controller = await createController({
  plugins: [['tcp', { listen: '127.0.0.1:0' }], 'zombie'],
});
await controller.start();
export const names = controller.instances.map((instance) => instance.name);
await controller.stop();
