"""Debian's Kubernetes client, some versions older than the server: objects, selectors, a watch, a log and refusals, told as JSON."""
import json
import sys

from kubernetes import client, config, watch

namespace = sys.argv[1]
config.load_kube_config()
core = client.CoreV1Api()


def pod(name, **labels):
    container = client.V1Container(name="main", image="busybox", command=["sh", "-c", "echo started; sleep 1000"])
    return client.V1Pod(
        metadata=client.V1ObjectMeta(name=name, labels=labels),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=0))


def refusal(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except client.ApiException as error:
        return [error.status, json.loads(error.body)["reason"]]
    raise AssertionError("the call was not refused")


start = core.list_namespaced_pod(namespace).metadata.resource_version
core.create_namespaced_pod(namespace, pod("a", app="python"))
phases = []
for event in watch.Watch().stream(core.list_namespaced_pod, namespace, resource_version=start, timeout_seconds=60):
    phases.append([event["type"], event["object"].status.phase])
    if event["object"].status.phase == "Running":
        break
core.patch_namespaced_pod("a", namespace, {"metadata": {"annotations": {"by": "python"}}})
read = core.read_namespaced_pod("a", namespace)
apps = client.AppsV1Api()
template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels={"app": "web"}), spec=pod("x").spec)
template.spec.termination_grace_period_seconds = None
deployment = apps.create_namespaced_deployment(namespace, client.V1Deployment(
    metadata=client.V1ObjectMeta(name="web"),
    spec=client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels={"app": "web"}), template=template)))
scaled = apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 3}})
log = core.read_namespaced_pod_log("a", namespace)
selected = core.list_namespaced_pod(namespace, label_selector="app in (python, nobody)")
core.delete_namespaced_pod("a", namespace)

print(json.dumps({
    "phases": [phases[0], phases[-1]],
    "annotation": read.metadata.annotations["by"],
    "qos": read.status.qos_class,
    "log": log,
    "deployment": [deployment.spec.strategy.type, deployment.metadata.generation, scaled.spec.replicas],
    "selected": [item.metadata.name for item in selected.items],
    "refusals": [
        refusal(core.read_namespaced_pod, "nobody", namespace),
        refusal(core.create_namespaced_pod, namespace, pod("Bad_Name")),
        refusal(core.list_namespaced_pod, namespace, label_selector="a=b=c"),
    ],
}))
