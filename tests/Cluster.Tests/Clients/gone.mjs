// A version older than all that the apiserver remembers. The watch itself is answered 200: the refusal is its one event.
import { config, core, finish, inbox, k8s, namespace, pod } from './client.mjs';

const path = `/api/v1/namespaces/${namespace}/pods`;
const events = inbox();
await new k8s.Watch(config).watch(path, { resourceVersion: '1' }, (type, object) => events.put({ type, object }), error => events.put({ type: 'END', error }));
const refused = await events.take('the refusal');
const ended = await events.take('the end of the watch');

// An informer that is refused so lists anew.
const informer = k8s.makeInformer(config, path, () => core.listNamespacedPod({ namespace }));
const added = inbox();
informer.on('add', object => added.put(object.metadata.name));
await informer.start();
await core.createNamespacedPod({ namespace, body: pod('after') });

finish({ type: refused.type, code: refused.object.code, reason: refused.object.reason, message: refused.object.message, ended: ended.type, added: await added.take('after') });
