// Server-side apply by two managers of one ConfigMap.
import { core, finish, k8s, namespace, refusal } from './client.mjs';

const settings = (data, labels) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', labels }, data });
const apply = (fieldManager, body, force) => core.patchNamespacedConfigMap(
  { namespace, name: 'settings', body, fieldManager, force }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.ServerSideApply));
const owners = object => object.metadata.managedFields
  .map(({ manager, operation, apiVersion, fieldsType, fieldsV1 }) => [manager, operation, apiVersion, fieldsType, Object.keys(fieldsV1['f:data'] ?? {}).sort().join(' ')])
  .sort((a, b) => a[0].localeCompare(b[0]));

const created = await apply('first', settings({ colour: 'blue', size: 'small' }));
const again = await apply('first', settings({ colour: 'blue', size: 'small' }));
const conflict = await refusal(apply('second', settings({ colour: 'green' })));
const shared = await apply('second', settings({ colour: 'blue' }));
const forced = await apply('second', settings({ colour: 'green' }), true);
// What its manager no longer applies goes; what it has lost stays with the other.
const shrunk = await apply('first', settings(undefined));
const nobody = await refusal(apply(undefined, settings({ colour: 'red' })));

finish({
  created: [created.data, owners(created)],
  unchanged: again.metadata.resourceVersion === created.metadata.resourceVersion,
  conflict,
  shared: owners(shared),
  forced: [forced.data, owners(forced)],
  shrunk: [shrunk.data, owners(shrunk)],
  nobody,
});
