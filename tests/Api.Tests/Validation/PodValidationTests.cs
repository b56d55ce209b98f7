using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Defaults;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Validation;

public sealed class PodValidationTests
{
    private const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelValue = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>The usual mistakes, as an addition to a container or to a spec, and the whole text of what is said.</summary>
    public static TheoryData<string, string, string[]> Mistakes => new()
    {
        { "", "", [] },
        { "", "\"containers\":[]", ["spec.containers: Required value"] },
        { "\"image\":\"\"", "", ["spec.containers[0].image: Required value"] },
        { "\"name\":\"\"", "", ["spec.containers[0].name: Required value"] },
        { "\"name\":\"My_C\"", "", [$"spec.containers[0].name: Invalid value: \"My_C\": {Label}"] },
        { "\"name\":\"a.b\"", "", ["spec.containers[0].name: Invalid value: \"a.b\": must not contain dots"] },
        { "", "\"initContainers\":[{\"name\":\"c\",\"image\":\"i\"}]", ["spec.initContainers[0].name: Duplicate value: \"c\""] },
        { "\"resources\":{\"requests\":{\"cpu\":\"2\"},\"limits\":{\"cpu\":\"1\"}}", "", ["spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1"] },
        { "\"resources\":{\"requests\":{\"nvidia.com/gpu\":2},\"limits\":{\"nvidia.com/gpu\":1}}", "", ["spec.containers[0].resources.requests: Invalid value: \"2\": must be equal to nvidia.com/gpu limit of 1"] },
        { "\"resources\":{\"requests\":{\"nvidia.com/gpu\":2}}", "", ["spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"] },
        { "\"resources\":{\"limits\":{\"nvidia.com/gpu\":\"500m\"}}", "",
            ["spec.containers[0].resources.limits[nvidia.com/gpu]: Invalid value: \"500m\": must be an integer", "spec.containers[0].resources.requests[nvidia.com/gpu]: Invalid value: \"500m\": must be an integer"] },
        { "\"resources\":{\"requests\":{\"cpu\":\"-1\"}}", "", ["spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0"] },
        { "\"resources\":{\"requests\":{\"gpu\":\"1\"}}", "",
            ["spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified", "spec.containers[0].resources.requests[gpu]: Invalid value: \"gpu\": must be a standard resource for containers"] },
        { "", "\"restartPolicy\":\"Sometimes\"", ["spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\""] },
        { "\"restartPolicy\":\"Always\"", "", ["spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers"] },
        { "", "\"initContainers\":[{\"name\":\"i\",\"image\":\"i\",\"restartPolicy\":\"Never\"}]", ["spec.initContainers[0].restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""] },
        { "\"imagePullPolicy\":\"Sometimes\"", "", ["spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\""] },
        { "", "\"dnsPolicy\":\"X\"", ["spec.dnsPolicy: Unsupported value: \"X\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\""] },
        { "\"ports\":[{\"name\":\"a\"}]", "", ["spec.containers[0].ports[0].containerPort: Required value"] },
        { "\"ports\":[{\"containerPort\":70000}]", "", ["spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"] },
        { "\"ports\":[{\"containerPort\":80,\"protocol\":\"tcp\"}]", "", ["spec.containers[0].ports[0].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\""] },
        { "\"ports\":[{\"containerPort\":80,\"name\":\"Web_Port_Number_1\"}]", "",
            ["spec.containers[0].ports[0].name: Invalid value: \"Web_Port_Number_1\": must be no more than 15 characters", "spec.containers[0].ports[0].name: Invalid value: \"Web_Port_Number_1\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"] },
        { "\"ports\":[{\"containerPort\":80,\"name\":\"web\"},{\"containerPort\":81,\"name\":\"web\"}]", "", ["spec.containers[0].ports[1].name: Duplicate value: \"web\""] },
        { "\"ports\":[{\"containerPort\":80,\"hostPort\":80},{\"containerPort\":81,\"hostPort\":80}]", "", ["spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//80\""] },
        { "\"livenessProbe\":{}", "", ["spec.containers[0].livenessProbe: Required value: must specify a handler type"] },
        { "\"livenessProbe\":{\"exec\":{\"command\":[\"x\"]},\"httpGet\":{\"port\":80}}", "", ["spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type"] },
        { "\"livenessProbe\":{\"exec\":{\"command\":[\"x\"]},\"successThreshold\":2}", "", ["spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"] },
        { "\"readinessProbe\":{\"exec\":{\"command\":[\"x\"]},\"periodSeconds\":-1}", "", ["spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0"] },
        { "\"readinessProbe\":{\"exec\":{\"command\":[\"x\"]},\"terminationGracePeriodSeconds\":5}", "", ["spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes"] },
        { "\"livenessProbe\":{\"httpGet\":{\"port\":0}}", "", ["spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"] },
        { "\"startupProbe\":{\"exec\":{}}", "", ["spec.containers[0].startupProbe.exec.command: Required value"] },
        { "", "\"initContainers\":[{\"name\":\"i\",\"image\":\"i\",\"livenessProbe\":{\"exec\":{\"command\":[\"x\"]}}}]", ["spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"] },
        { "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/d\"}]", "", ["spec.containers[0].volumeMounts[0].name: Not found: \"v\""] },
        { "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/d\"},{\"name\":\"v\",\"mountPath\":\"/d\"}]", "\"volumes\":[{\"name\":\"v\"}]", ["spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/d\": must be unique"] },
        { "", "\"volumes\":[{\"name\":\"v\",\"emptyDir\":{},\"secret\":{\"secretName\":\"s\"}}]", ["spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type"] },
        { "", "\"volumes\":[{\"name\":\"v\"},{\"name\":\"v\"}]", ["spec.volumes[1].name: Duplicate value: \"v\""] },
        { "", "\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/a\",\"type\":\"X\"}}]", ["spec.volumes[0].hostPath.type: Unsupported value: \"X\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\""] },
        { "\"env\":[{\"name\":\"A=B\"}]", "", ["spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='"] },
        { "\"env\":[{\"name\":\"A\",\"value\":\"1\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}}]", "", ["spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty"] },
        { "", "\"tolerations\":[{\"value\":\"x\"}]", ["spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\""] },
        { "", "\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\",\"value\":\"x\"}]", ["spec.tolerations[0].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'"] },
        { "", "\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\",\"tolerationSeconds\":3}]", ["spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"] },
        { "", "\"activeDeadlineSeconds\":0", ["spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"] },
        { "", "\"nodeName\":\"n\",\"schedulingGates\":[{\"name\":\"a/b\"}]", ["spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared"] },
        { "\"lifecycle\":{\"preStop\":{\"sleep\":{\"seconds\":60}}}", "", ["spec.containers[0].lifecycle.preStop.sleep: Invalid value: 60: must be greater than 0 and less than terminationGracePeriodSeconds (30). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."] },
        { "", "\"topologySpreadConstraints\":[{\"maxSkew\":0,\"topologyKey\":\"z\",\"whenUnsatisfiable\":\"X\"}]",
            ["spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero", "spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: \"X\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\""] },
        { "", Spread("\"matchLabelKeys\":[\"a\"]"), ["spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set"] },
        { "", Spread("\"labelSelector\":{\"matchLabels\":{\"a\":\"1\"}},\"matchLabelKeys\":[\"b\",\"a\"]"),
            ["spec.topologySpreadConstraints[0].matchLabelKeys[1]: Invalid value: \"a\": exists in both matchLabelKeys and labelSelector"] },
        { "", Anti("\"matchLabelKeys\":[\"a\"],\"mismatchLabelKeys\":[\"b\"]"),
            ["spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set",
                "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set"] },
        { "", Anti("\"labelSelector\":{},\"matchLabelKeys\":[\"a\"],\"mismatchLabelKeys\":[\"a\",\"c d\"]"),
            [$"spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].mismatchLabelKeys[1]: Invalid value: \"c d\": {NameRules.QualifiedName("c d").Single()}",
                "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys[0]: Invalid value: \"a\": exists in both matchLabelKeys and mismatchLabelKeys"] },
        { "", Anti("\"labelSelector\":{\"matchLabels\":{\"a\":\"1\"},\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"2\"]}]},\"matchLabelKeys\":[\"b\",\"a\"]"),
            ["spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][1]: Invalid value: \"a\": exists in both matchLabelKeys and labelSelector"] },
        { "", "\"terminationGracePeriodSeconds\":-1", [] },
        { "", "\"hostNetwork\":true", [] },
        { "\"image\":\" nginx\"", "", ["spec.containers[0].image: Invalid value: \" nginx\": must not have leading or trailing whitespace"] },
        { "", "\"nodeSelector\":{\"a\":\"b c\"}", [$"spec.nodeSelector: Invalid value: \"b c\": {LabelValue}"] },
        { "", "\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"i\"}]", ["spec.ephemeralContainers: Forbidden: cannot be set on create"] },
        { "", "\"ephemeralContainers\":[{\"name\":\"e\",\"image\":\"i\",\"ports\":[{\"containerPort\":1}]}]", ["spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container", "spec.ephemeralContainers: Forbidden: cannot be set on create"] },
        { "", "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{\"nodeSelectorTerms\":[]}}}", ["spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term"] },
    };

    private static string Spread(string fields) => $"\"topologySpreadConstraints\":[{{\"maxSkew\":1,\"topologyKey\":\"z\",\"whenUnsatisfiable\":\"DoNotSchedule\",{fields}}}]";

    private static string Anti(string fields) =>
        $"\"affinity\":{{\"podAntiAffinity\":{{\"requiredDuringSchedulingIgnoredDuringExecution\":[{{\"topologyKey\":\"z\",{fields}}}]}}}}";

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Validate_UsualMistake_IsSaidInKubernetesWords(string container, string spec, string[] expected)
    {
        var pod = APod(container, spec);

        var errors = PodValidation.Validate(pod);

        Assert.Equal(expected, errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("My_Pod", "{}", "metadata.name: Invalid value: \"My_Pod\": " + Subdomain)]
    [InlineData("", "{}", "metadata.name: Required value: name or generateName is required")]
    [InlineData("p", """{"a":"a b"}""", "metadata.labels: Invalid value: \"a b\": " + LabelValue)]
    [InlineData("p", """{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""",
        "metadata.labels: Invalid value: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": must be no more than 63 characters")]
    public void Validate_BadMetadata_IsSaidInKubernetesWords(string name, string labels, string expected)
    {
        var pod = APod();
        pod.Metadata.Name = name;
        pod.Metadata.Labels.Add(JsonCodec.Decode<Pod>(Encoding.UTF8.GetBytes("{\"metadata\":{\"labels\":" + labels + "}}")).Metadata.Labels);

        Assert.Equal([expected], PodValidation.Validate(pod).Select(error => error.ToString()));
    }

    [Theory]
    [InlineData(31, 64, null)]
    [InlineData(32, 64, "must not have more than 2048 characters (including spaces) in the search list")]
    [InlineData(33, 8, "must not have more than 32 search paths")]
    public void Validate_LongSearchList_IsSaidInKubernetesWords(int domains, int length, string? expected)
    {
        var pod = APod();
        pod.Spec.DnsConfig = new PodDNSConfig();
        pod.Spec.DnsConfig.Searches.Add(Enumerable.Range(0, domains).Select(number => $"{number:d2}" + new string('a', length - 5) + ".bc"));

        var errors = PodValidation.Validate(pod).Where(error => error.ToString().Contains("search", StringComparison.Ordinal)).Select(error => error.ToString());

        Assert.Equal(expected is null ? 0 : 1, errors.Count());
        if (expected is not null) Assert.EndsWith(expected, errors.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_AppliedTwice_ChangeNothingMore()
    {
        var pod = APod("\"livenessProbe\":{\"httpGet\":{\"port\":80}},\"ports\":[{\"containerPort\":80}]", "\"hostNetwork\":true,\"volumes\":[{\"name\":\"v\"},{\"name\":\"w\",\"secret\":{\"secretName\":\"s\"}}]");
        var once = pod.Clone();

        ObjectDefaults.Apply(pod);

        Assert.Equal(once, pod);
        Assert.Equal(80, pod.Spec.Containers[0].Ports[0].HostPort);
        Assert.Equal("/", pod.Spec.Containers[0].LivenessProbe.Handler.HttpGet.Path);
        Assert.NotNull(pod.Spec.Volumes[0].VolumeSource.EmptyDir);
        Assert.Equal(420, pod.Spec.Volumes[1].VolumeSource.Secret.DefaultMode);
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.27", "IfNotPresent")]
    [InlineData("registry:5000/nginx", "Always")]
    [InlineData("nginx@sha256:abc", "IfNotPresent")]
    public void Defaults_PullPolicy_FollowsTheTag(string image, string policy)
    {
        Assert.Equal(policy, APod($"\"image\":\"{image}\"").Spec.Containers[0].ImagePullPolicy);
    }

    [Theory]
    [InlineData("{}", "BestEffort")]
    [InlineData("""{"requests":{"cpu":"0"}}""", "BestEffort")]
    [InlineData("""{"requests":{"cpu":"1"}}""", "Burstable")]
    [InlineData("""{"limits":{"cpu":"1"}}""", "Burstable")]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"}}""", "Guaranteed")]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1000m","memory":"1024Mi"}}""", "Guaranteed")]
    [InlineData("""{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}""", "Burstable")]
    public void Qos_Resources_DecideTheClass(string resources, string expected)
    {
        Assert.Equal(expected, PodQos.Of(APod("\"resources\":" + resources).Spec));
    }

    internal static Pod APod(string container = "", string spec = "")
    {
        var first = $"\"containers\":[{{\"name\":\"c\",\"image\":\"nginx\"{Comma(container)}}}]{Comma(spec)}";
        var all = spec.Contains("\"containers\"", StringComparison.Ordinal) ? spec : first;
        var json = $"{{\"metadata\":{{\"name\":\"p\",\"namespace\":\"default\"}},\"spec\":{{{all}}}}}";
        var pod = JsonCodec.Decode<Pod>(Encoding.UTF8.GetBytes(json));
        ObjectDefaults.Apply(pod);
        return pod;
    }

    private static string Comma(string more) => more.Length == 0 ? "" : "," + more;
}
