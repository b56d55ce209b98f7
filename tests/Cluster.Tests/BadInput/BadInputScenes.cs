namespace MiniK8s.Cluster.Tests.BadInput;

/// <summary>The Pods, each by what is wrong with it. What they refer to has their own name.</summary>
internal static partial class BadInputScenes
{
    public static IReadOnlyDictionary<string, BadInputScene> All { get; } = References().Concat(Images()).Concat(Processes()).Concat(Places()).ToDictionary();

    // What containers and volumes take from elsewhere.
    private static IEnumerable<KeyValuePair<string, BadInputScene>> References()
    {
        yield return Scene("a variable from a ConfigMap that is not there", Pod("env-map", Variable("configMapKeyRef: {name: env-map, key: a}")), async pod =>
        {
            await pod.CannotBeConfiguredAsync("configmap \"env-map\" not found");
            await pod.Scene.RowAsync("0/1", "CreateContainerConfigError");
            await pod.KubectlAsync("create", "configmap", "env-map", "--from-literal=a=1");
            await pod.HealsAsync();
        });
        yield return Scene("a variable from a key that is not there", Pod("env-map-key", Variable("configMapKeyRef: {name: env-map-key, key: a}")), async pod =>
        {
            await pod.CannotBeConfiguredAsync($"couldn't find key a in ConfigMap {pod.Namespace}/env-map-key");
            await pod.KubectlAsync("patch", "configmap", "env-map-key", "-p", """{"data":{"a":"1"}}""");
            await pod.HealsAsync();
        }, before: Map("env-map-key", "other: x"));
        yield return Scene("variables from a ConfigMap that is not there", Pod("env-from-map", "envFrom: [{configMapRef: {name: env-from-map}}]"), async pod =>
        {
            await pod.CannotBeConfiguredAsync("configmap \"env-from-map\" not found");
            await pod.KubectlAsync("create", "configmap", "env-from-map", "--from-literal=a=1");
            await pod.HealsAsync();
        });
        yield return Scene("variables from a Secret that is not there", Pod("env-from-secret", "envFrom: [{secretRef: {name: env-from-secret}}]"), async pod =>
        {
            await pod.CannotBeConfiguredAsync("secret \"env-from-secret\" not found");
            await pod.KubectlAsync("create", "secret", "generic", "env-from-secret", "--from-literal=a=1");
            await pod.HealsAsync();
        });
        yield return Scene("a variable from a Secret's key that is not there", Pod("env-secret-key", Variable("secretKeyRef: {name: env-secret-key, key: password}")), async pod =>
        {
            await pod.CannotBeConfiguredAsync($"couldn't find key password in Secret {pod.Namespace}/env-secret-key");
            await pod.KubectlAsync("patch", "secret", "env-secret-key", "-p", """{"stringData":{"password":"p"}}""");
            await pod.HealsAsync();
        }, before: "{apiVersion: v1, kind: Secret, metadata: {name: env-secret-key}, stringData: {user: u}}");
        yield return Scene("a variable from the resources of nobody", Pod("env-resource", Variable("resourceFieldRef: {containerName: nobody, resource: limits.cpu}")), async pod =>
        {
            await pod.CannotBeConfiguredAsync("container nobody not found");
            // A container's variables are fixed: it takes another Pod.
            await pod.ReplaceAsync(Pod("env-resource", Variable("resourceFieldRef: {containerName: main, resource: limits.cpu}")));
            await pod.HealsAsync();
        });
        yield return Scene("nothing of what is optional", Pod("optional",
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: optional, key: a, optional: true}}}, {name: B, valueFrom: {secretKeyRef: {name: optional, key: b, optional: true}}}], "
            + "envFrom: [{configMapRef: {name: optional, optional: true}}, {secretRef: {name: optional, optional: true}}], volumeMounts: [{name: c, mountPath: /c}, {name: s, mountPath: /s}]",
            "volumes: [{name: c, configMap: {name: optional, optional: true}}, {name: s, secret: {secretName: optional, optional: true}}]"), async pod =>
        {
            await pod.HealsAsync();
            await pod.ToldAsync("Started", "Started container main");
            Assert.DoesNotContain(await pod.Scene.EventsAsync(), e => e.Type == "Warning");
        });
        yield return Scene("a volume of a ConfigMap that is not there", Mounting("volume-map", "configMap: {name: volume-map}"), async pod =>
        {
            await pod.CannotBeMountedAsync("configmap \"volume-map\" not found");
            await pod.Scene.RowAsync("0/1", "ContainerCreating");
            await pod.KubectlAsync("create", "configmap", "volume-map", "--from-literal=a=1");
            await pod.HealsAsync();
        });
        yield return Scene("a volume of a key that is not there", Mounting("volume-map-key", "configMap: {name: volume-map-key, items: [{key: a.conf, path: a.conf}]}"), async pod =>
        {
            await pod.CannotBeMountedAsync("configmap references non-existent config key: a.conf");
            await pod.KubectlAsync("patch", "configmap", "volume-map-key", "-p", """{"data":{"a.conf":"1"}}""");
            await pod.HealsAsync();
        }, before: Map("volume-map-key", "b.conf: x"));
        yield return Scene("a volume of a Secret that is not there", Mounting("volume-secret", "secret: {secretName: volume-secret}"), async pod =>
        {
            await pod.CannotBeMountedAsync("secret \"volume-secret\" not found");
            await pod.KubectlAsync("create", "secret", "generic", "volume-secret", "--from-literal=a=1");
            await pod.HealsAsync();
        });
        yield return Scene("a directory that the node does not have", Mounting("volume-path", "hostPath: {path: /srv/bad-input, type: Directory}", OnNode1), async pod =>
        {
            await pod.CannotBeMountedAsync("hostPath type check failed: /srv/bad-input is not a directory");
            await pod.CreateAsync(Mounting("volume-path-maker", "hostPath: {path: /srv/bad-input, type: DirectoryOrCreate}", OnNode1));
            await pod.HealsAsync();
            await pod.KubectlAsync("delete", "pod", "volume-path-maker", "--force", "--grace-period=0");
        });
    }

    private const string OnNode1 = "nodeName: node-1";
    private const string OnNode2 = "nodeName: node-2";
    private const string Sleeping = "command: [sleep, '1000']";

    private static KeyValuePair<string, BadInputScene> Scene(string name, string manifest, Func<BadPod, Task> play, string before = "") =>
        new(name, new BadInputScene(manifest.Split("name: ")[1].Split('}')[0], manifest, play) { Before = before });

    private static string Variable(string source) => $$$"""env: [{name: A, valueFrom: {{{{source}}}}}]""";

    private static string Map(string name, string data) => $$$"""{apiVersion: v1, kind: ConfigMap, metadata: {name: {{{name}}}}, data: {{{{data}}}}}""";

    private static string Mounting(string name, string source, string spec = "", string mount = "", string container = Sleeping, string image = "busybox:1.36") => OfContainer(
        name, $$"""{name: main, image: '{{image}}', {{container}}, volumeMounts: [{name: data, mountPath: /data, {{mount}}}]}""", $$"""volumes: [{name: data, {{source}}}], {{spec}}""");

    private static string Pod(string name, string container, string spec = "") => Pod(name, "busybox:1.36", $"{Sleeping}, {container}", spec);

    private static string Pod(string name, string image, string container, string spec) => OfContainer(name, $$"""{name: main, image: '{{image}}', {{container}}}""", spec);

    private static string OfContainer(string name, string containers, string spec = "") =>
        $$$"""{apiVersion: v1, kind: Pod, metadata: {name: {{{name}}}}, spec: {terminationGracePeriodSeconds: 1, containers: [{{{containers}}}], {{{spec}}}}}""";
}
