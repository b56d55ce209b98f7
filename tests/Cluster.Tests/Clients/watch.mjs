import { config, core, finish, inbox, k8s, namespace, pod, within } from './client.mjs';

const path = `/api/v1/namespaces/${namespace}/pods`;
const watch = new k8s.Watch(config);

/** The events of one watch; its end is an event too, of type END. */
async function follow(query) {
  const events = inbox();
  const controller = await watch.watch(path, query, (type, object) => events.put({ type, object }), error => events.put({ type: 'END', error }));
  return { next: events.take, stop: () => controller.abort() };
}

const name = event => `${event.type} ${event.object.metadata?.name ?? ''}`.trim();

const list = await core.listNamespacedPod({ namespace });
const from = await follow({ resourceVersion: list.metadata.resourceVersion, labelSelector: 'seen=yes' });
await core.createNamespacedPod({ namespace, body: pod('unseen') });
await core.createNamespacedPod({ namespace, body: pod('seen', { seen: 'yes' }) });
const story = [name(await from.next('ADDED'))];
await core.patchNamespacedPod(
  { namespace, name: 'seen', body: { metadata: { labels: { seen: 'no' } } } }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch));
while (!story.at(-1).startsWith('DELETED')) story.push(name(await from.next('DELETED')));
from.stop();

// Bookmarks: one when a watch with a short life comes to its end.
const brief = await follow({ resourceVersion: list.metadata.resourceVersion, allowWatchBookmarks: true, timeoutSeconds: 4 });
const kinds = new Set();
let bookmark;
for (; ;) {
  const event = await brief.next('the end of a watch with a timeout');
  if (event.type === 'END') break;
  kinds.add(event.type);
  if (event.type === 'BOOKMARK') bookmark = event.object;
}

// The state first, then a bookmark that says it is complete.
const streaming = await follow({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true });
const initial = [];
for (; ;) {
  const event = await streaming.next('the end of the initial events');
  if (event.type === 'BOOKMARK') {
    initial.push(event.object.metadata.annotations['k8s.io/initial-events-end']);
    break;
  }
  initial.push(name(event));
}
streaming.stop();

// An informer survives it all.
const informer = k8s.makeInformer(config, path, () => core.listNamespacedPod({ namespace }));
const seen = inbox();
informer.on('add', object => seen.put(`add ${object.metadata.name}`));
informer.on('delete', object => seen.put(`delete ${object.metadata.name}`));
await informer.start();
const informed = [await seen.take('add'), await seen.take('add')];
await core.createNamespacedPod({ namespace, body: pod('late') });
informed.push(await seen.take('add late'));
await core.deleteNamespacedPod({ namespace, name: 'late' });
informed.push(await seen.take('delete late'));
await within(informer.stop() ?? Promise.resolve(), 'the end of the informer');

finish({
  story: [...new Set(story)],
  kinds: [...kinds].sort(),
  bookmark: { kind: bookmark?.kind, hasVersion: /^\d+$/.test(bookmark?.metadata?.resourceVersion ?? ''), name: bookmark?.metadata?.name ?? null },
  initial, informed: informed.sort(),
});
