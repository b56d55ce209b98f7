using MiniK8s.Api.Codecs;
using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Patches;
using MiniK8s.Api.Tests.Codecs;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.Api.Tests.ManagedFields.FieldNotation;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class MessageComparisonTests
{
    public static TheoryData<string> Kinds => [.. ApiKinds.All.Select(kind => kind.Kind)];

    [Theory]
    // Scalars, maps, structs.
    [InlineData("{}", "{}", "", "")]
    [InlineData("spec: {hostname: a}", "spec: {hostname: b}", "spec/hostname", "")]
    [InlineData("{}", "spec: {hostname: b}", "spec/hostname", "")]
    [InlineData("spec: {hostname: a}", "{}", "", "spec/hostname")]
    [InlineData("{}", "spec: {hostNetwork: false}", "", "")]
    [InlineData("{}", "spec: {terminationGracePeriodSeconds: 0}", "spec/terminationGracePeriodSeconds", "")]
    [InlineData("spec: {terminationGracePeriodSeconds: 0}", "{}", "", "spec/terminationGracePeriodSeconds")]
    [InlineData("status: {containerStatuses: [{name: c}]}", "status: {containerStatuses: [{name: c, started: false}]}", "status/containerStatuses", "")]
    [InlineData("{}", "metadata: {labels: {a: x}}", "metadata/labels metadata/labels/a", "")]
    [InlineData("metadata: {labels: {a: x}}", "metadata: {labels: {a: w, b: z}}", "metadata/labels/a metadata/labels/b", "")]
    [InlineData("metadata: {labels: {a: x, b: w}}", "metadata: {labels: {a: x}}", "", "metadata/labels/b")]
    [InlineData("metadata: {labels: {a: x}}", "{}", "", "metadata/labels metadata/labels/a")]
    [InlineData("{}", "spec: {securityContext: {}}", "spec/securityContext", "")]
    [InlineData("{}", "spec: {securityContext: {runAsUser: 1}}", "spec/securityContext spec/securityContext/runAsUser", "")]
    [InlineData("spec: {securityContext: {}}", "spec: {securityContext: {runAsUser: 1}}", "spec/securityContext/runAsUser", "")]
    // As one piece: maps and structs so declared, and lists that declare nothing.
    [InlineData("spec: {nodeSelector: {a: b}}", "spec: {nodeSelector: {a: c, d: e}}", "spec/nodeSelector", "")]
    [InlineData("spec: {tolerations: [{key: a}]}", "spec: {tolerations: [{key: a}, {key: b}]}", "spec/tolerations", "")]
    [InlineData("{}", "spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}}",
        "spec/affinity spec/affinity/nodeAffinity spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution", "")]
    // Lists of type map: by keys, not by place; a key left out has its default.
    [InlineData("{}", "spec: {containers: [{name: c, image: i}]}",
        "spec/containers/k:{\"name\":\"c\"} spec/containers/k:{\"name\":\"c\"}/name spec/containers/k:{\"name\":\"c\"}/image spec/containers/k:{\"name\":\"c\"}/resources", "")]
    [InlineData("spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{name: b}, {name: a}]}", "", "")]
    [InlineData("spec: {containers: [{name: a, image: x}, {name: b}]}", "spec: {containers: [{name: b}, {name: a, image: z}]}", "spec/containers/k:{\"name\":\"a\"}/image", "")]
    [InlineData("spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{name: a}]}", "",
        "spec/containers/k:{\"name\":\"b\"} spec/containers/k:{\"name\":\"b\"}/name spec/containers/k:{\"name\":\"b\"}/resources")]
    [InlineData("spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}", "spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}]}]}",
        "spec/containers/k:{\"name\":\"a\"}/ports/k:{\"containerPort\":80,\"protocol\":\"TCP\"}/protocol", "")]
    [InlineData("spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}]}]}", "spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}]}",
        "spec/containers/k:{\"name\":\"a\"}/ports/k:{\"containerPort\":80,\"protocol\":\"UDP\"} spec/containers/k:{\"name\":\"a\"}/ports/k:{\"containerPort\":80,\"protocol\":\"UDP\"}/containerPort spec/containers/k:{\"name\":\"a\"}/ports/k:{\"containerPort\":80,\"protocol\":\"UDP\"}/protocol", "")]
    // Lists of type set: by value.
    [InlineData("metadata: {finalizers: [a/b, c/d]}", "metadata: {finalizers: [e/f, a/b]}", "metadata/finalizers/v:\"e~1f\"", "metadata/finalizers/v:\"c~1d\"")]
    // Keys that occur twice own no fields.
    [InlineData("{}", "spec: {containers: [{name: a, env: [{name: e, value: x}, {name: e, value: w}]}]}",
        "spec/containers/k:{\"name\":\"a\"} spec/containers/k:{\"name\":\"a\"}/name spec/containers/k:{\"name\":\"a\"}/resources spec/containers/k:{\"name\":\"a\"}/env spec/containers/k:{\"name\":\"a\"}/env/k:{\"name\":\"e\"}", "")]
    [InlineData("spec: {containers: [{name: a, env: [{name: e, value: x}, {name: e, value: w}]}]}", "spec: {containers: [{name: a, env: [{name: e, value: x}, {name: e, value: z}]}]}",
        "spec/containers/k:{\"name\":\"a\"}/env/k:{\"name\":\"e\"}", "")]
    public void Compare_TwoPods_FindsWhatIsSetAndWhatIsGone(string left, string right, string set, string removed)
    {
        var changes = MessageComparison.Compare(Pod(left), Pod(right), FieldSet.Empty);

        Assert.Equal(Set(set).ToString(), changes.Set.ToString());
        Assert.Equal(Set(removed).ToString(), changes.Removed.ToString());
    }

    [Fact]
    public void Compare_IgnoredFields_AreNotLookedAt()
    {
        var changes = MessageComparison.Compare(
            Pod("{}"), Pod("{metadata: {name: a, labels: {b: c}}, status: {phase: Running}}"), Set("status metadata/name"));

        Assert.Equal(Set("metadata/labels metadata/labels/b"), changes.Set);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Compare_RandomObjects_FitsTheFieldsOfTheirDocuments(string name)
    {
        var kind = ApiKinds.All.Single(k => k.Kind == name);
        var type = FieldType.Of(kind.Descriptor);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new RandomMessages(seed);
            var (a, b) = (random.Next(kind.Descriptor), random.Next(kind.Descriptor));
            var (fieldsOfA, fieldsOfB) = (Fields(a, type), Fields(b, type));

            var changes = MessageComparison.Compare(a, b, FieldSet.Empty);
            var back = MessageComparison.Compare(b, a, FieldSet.Empty);

            Assert.False(MessageComparison.Compare(a, kind.Parse(Google.Protobuf.MessageExtensions.ToByteArray(a)), FieldSet.Empty).Any);
            Assert.Empty(fieldsOfB.Difference(fieldsOfA.WithNamedFields(type)).Difference(changes.Set).Paths());
            Assert.Empty(fieldsOfA.Difference(fieldsOfB.WithNamedFields(type)).Difference(changes.Removed).Paths());
            // What is set one way and not gone the other way has changed its value, and so is set both ways.
            Assert.Equal(changes.Set.Difference(back.Removed).Intersection(back.Set), changes.Set.Difference(back.Removed));
        }
    }

    // apiVersion and kind are in documents only.
    private static FieldSet Fields(Google.Protobuf.IMessage message, FieldType type) =>
        ConfigurationFields.Of(JsonTree.Parse(JsonCodec.Encode(message)), type).Difference(Set("apiVersion kind"));

    private static Pod Pod(string yaml) => (Pod)YamlCodec.Decode(System.Text.Encoding.UTF8.GetBytes(yaml), Protocol.Core.V1.Pod.Descriptor).Message;
}
