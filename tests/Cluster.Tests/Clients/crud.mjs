import { core, finish, k8s, namespace, pod, refusal } from './client.mjs';

const created = await core.createNamespacedPod({ namespace, body: pod('a', { app: 'crud' }) });
const read = await core.readNamespacedPod({ namespace, name: 'a' });
const labelled = await core.patchNamespacedPod(
  { namespace, name: 'a', body: [{ op: 'add', path: '/metadata/labels/tier', value: 'front' }] },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch));
const merged = await core.patchNamespacedPod(
  { namespace, name: 'a', body: { metadata: { labels: { tier: null, side: 'left' } } } },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch));
const stale = await refusal(core.replaceNamespacedPod({ namespace, name: 'a', body: { ...created, metadata: { ...created.metadata, labels: { app: 'stale' } } } }));
const twice = await refusal(core.createNamespacedPod({ namespace, body: pod('a') }));
const invalid = await refusal(core.createNamespacedPod({ namespace, body: pod('Not_A_Name') }));
await core.createNamespacedPod({ namespace, body: pod('b', { app: 'crud' }) });
await core.createNamespacedPod({ namespace, body: pod('c', { app: 'other' }) });
const selected = await core.listNamespacedPod({ namespace, labelSelector: 'app=crud' });
const first = await core.listNamespacedPod({ namespace, limit: 2 });
const rest = await core.listNamespacedPod({ namespace, limit: 2, _continue: first.metadata._continue });
await core.deleteCollectionNamespacedPod({ namespace, labelSelector: 'app=crud' });
const absent = await refusal(core.readNamespacedPod({ namespace, name: 'nobody' }));

finish({
  uidKept: created.metadata.uid === read.metadata.uid && read.metadata.uid.length === 36,
  defaults: [read.spec.restartPolicy, read.spec.dnsPolicy, read.spec.schedulerName, read.spec.containers[0].imagePullPolicy],
  createdAt: created.metadata.creationTimestamp instanceof Date,
  labels: [labelled.metadata.labels, merged.metadata.labels],
  stale, twice, invalid, absent,
  selected: selected.items.map(item => item.metadata.name),
  pages: [first.items.map(item => item.metadata.name), rest.items.map(item => item.metadata.name)],
  remaining: first.metadata.remainingItemCount,
  samePage: first.metadata.resourceVersion === rest.metadata.resourceVersion,
});
