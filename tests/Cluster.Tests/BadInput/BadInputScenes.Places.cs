namespace MiniK8s.Cluster.Tests.BadInput;

// Where containers are to find things.
internal static partial class BadInputScenes
{
    private static IEnumerable<KeyValuePair<string, BadInputScene>> Places()
    {
        yield return Scene("a working directory that is a file", Pod("directory-file", "bash:5.2", $"{Sleeping}, workingDir: /bin/bash", ""), async pod =>
        {
            await pod.CannotBeStartedAsync("error during container init: mkdir /bin/bash: not a directory");
            await pod.SetImageAsync("busybox:1.36");       // it has no such file, so the directory is made
            await pod.HealsAfterRestartsAsync();
        });
        yield return Scene("a runtime that the node has not", OfContainer("runtime-handler", "{name: main, image: 'nginx:1.25'}", "runtimeClassName: runtime-handler"), async pod =>
        {
            const string failed = "Failed to create pod sandbox:";
            await pod.WarnedAsync("FailedCreatePodSandBox", $"{failed} failed to get sandbox runtime: no runtime for \"elsewhere\" is configured");
            await pod.KubectlAsync("delete", "runtimeclass", "runtime-handler");
            await pod.WarnedAsync("FailedCreatePodSandBox", $"{failed} runtimeclass.node.k8s.io \"runtime-handler\" not found");
            await BadPod.CreateAsync(pod.Scene.Lab, Runtime("runtime-handler", "runc"), pod.Namespace);
            await pod.HealsAsync();
        }, before: Runtime("runtime-handler", "elsewhere"));
        yield return Scene("a key that is not there, mounted over a file", OfContainer(
            "path-key", "{name: main, image: 'nginx:1.25', volumeMounts: [{name: data, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf}]}", "volumes: [{name: data, configMap: {name: path-key}}]"), async pod =>
        {
            var source = $"/var/lib/kubelet/pods/{pod.Uid}/volumes/kubernetes.io~configmap/data/nginx.conf";
            const string place = "/etc/nginx/nginx.conf";
            await pod.CannotBeStartedAsync(
                $"error during container init: error mounting \"{source}\" to rootfs at \"{place}\": mount {source}:{place} (via /proc/self/fd/6), flags: 0x5000: not a directory");
            await pod.KubectlAsync("patch", "configmap", "path-key", "-p", """{"data":{"nginx.conf":"events {}\nhttp { server { listen 80; } }\n"}}""");
            await pod.HealsAfterRestartsAsync();
        }, before: Map("path-key", "other: x"));
        yield return Scene("a path of a variable that is empty", Mounting("path-variable", "emptyDir: {}", mount: "subPathExpr: $(DIR)", container: Directory), async pod =>
        {
            await pod.CannotBeConfiguredAsync("missing value for DIR");
            await pod.KubectlAsync("annotate", "pod", pod.Name, "dir=logs");
            await pod.HealsAsync();
        });
        yield return Scene("a path that leads out of its volume", Mounting("path-out", "emptyDir: {}", mount: "subPathExpr: $(DIR)", container: Directory), async pod =>
        {
            await pod.CannotBeConfiguredAsync("missing value for DIR");
            await pod.KubectlAsync("annotate", "pod", pod.Name, "dir=..");
            await pod.WarnedAsync("Failed", "Error: unable to provision SubPath `..`: must not contain '..'");
            await pod.KubectlAsync("annotate", "pod", pod.Name, "dir=/tmp", "--overwrite");
            await pod.WarnedAsync("Failed", "Error: error SubPath `/tmp` must not be an absolute path");
            await pod.KubectlAsync("annotate", "pod", pod.Name, "dir=logs", "--overwrite");
            await pod.HealsAsync();
        });
        yield return Scene("a path through a file", Mounting("path-file", "configMap: {name: path-file}", mount: "subPathExpr: $(DIR)", container: Directory), async pod =>
        {
            await pod.CannotBeConfiguredAsync("missing value for DIR");
            await pod.KubectlAsync("annotate", "pod", pod.Name, "dir=key/below");
            await pod.WarnedAsync("Failed", "Error: failed to prepare subPath for volumeMount \"data\" of container \"main\"");
            await pod.KubectlAsync("patch", "configmap", "path-file", "--type=json", "-p", """[{"op":"remove","path":"/data/key"}]""");
            await pod.HealsAsync();
        }, before: Map("path-file", "key: x"));
    }

    private static string Runtime(string name, string handler) => $"{{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {{name: {name}}}, handler: {handler}}}";

    private const string Directory = $"{Sleeping}, env: [{{name: DIR, valueFrom: {{fieldRef: {{fieldPath: 'metadata.annotations[''dir'']'}}}}}}]";
}
