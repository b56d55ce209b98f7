import { PassThrough } from 'node:stream';
import { config, core, finish, k8s, namespace, pod, within } from './client.mjs';

await core.createNamespacedPod({ namespace, body: { ...pod('talks'), spec: { ...pod('talks').spec, containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo one; echo two; sleep 2; echo three; sleep 1000'] }] } } });
for (; ;) {
  const { status } = await core.readNamespacedPod({ namespace, name: 'talks' });
  if (status.phase === 'Running') break;
  await new Promise(resolve => setTimeout(resolve, 100));
}
const followed = new PassThrough();
let text = '';
const three = new Promise(resolve => followed.on('data', bytes => {
  text += bytes;
  if (text.includes('three')) resolve();
}));
const stop = await new k8s.Log(config).log(namespace, 'talks', 'main', followed, { follow: true });
await within(three, 'the third line');
stop.abort();
const tail = await core.readNamespacedPodLog({ namespace, name: 'talks', tailLines: 2 });
finish({ followed: text, tail });
