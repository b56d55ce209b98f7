using System.Text;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Codecs;

public sealed class JsonCodecTests
{
    [Fact]
    public void Encode_Pod_HasTheShapeOfRealServers()
    {
        var pod = Normalizer.Normalize(new Pod { Metadata = new ObjectMeta { Name = "p", Labels = { ["b"] = "2", ["a"] = "1" }, DeletionGracePeriodSeconds = 0 } });
        pod.Spec.Containers.Add(Normalizer.Normalize(new Container { Name = "c", Resources = new() { Limits = { ["cpu"] = "500m" } } }));
        pod.Spec.Volumes.Add(new Volume { Name = "v", VolumeSource = new() { EmptyDir = new() } });
        pod.Spec.TerminationGracePeriodSeconds = 30;

        Assert.Equal(
            """{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","creationTimestamp":null,"deletionGracePeriodSeconds":0,"labels":{"a":"1","b":"2"}},"spec":{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}}}],"terminationGracePeriodSeconds":30},"status":{}}""",
            Text(JsonCodec.Encode(pod)));
    }

    [Fact]
    public void Encode_Times_HaveSecondsOrMicroseconds()
    {
        var lease = Normalizer.Normalize(new Lease { Metadata = new() { CreationTimestamp = new Timestamp { Seconds = 1735689600 } } });
        lease.Spec.RenewTime = new Timestamp { Seconds = 1735689600, Nanos = 123456000 };

        Assert.Equal(
            """{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"creationTimestamp":"2025-01-01T00:00:00Z"},"spec":{"renewTime":"2025-01-01T00:00:00.123456Z"}}""",
            Text(JsonCodec.Encode(lease)));
    }

    [Fact]
    public void Encode_EmptyNode_ShowsWhatGoShows()
    {
        var json = Text(JsonCodec.Encode(new Node()));

        Assert.Equal(
            """{"kind":"Node","apiVersion":"v1","metadata":{"creationTimestamp":null},"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"","osImage":"","containerRuntimeVersion":"","kubeletVersion":"","kubeProxyVersion":"","operatingSystem":"","architecture":""}}}""",
            json);
    }

    [Theory]
    [InlineData("""{"spec":{"containerz":[]}}""", "unknown field \"spec.containerz\"")]
    [InlineData("""{"spec":{"containers":[{"name":"a"},{"imagee":"x"}]}}""", "unknown field \"spec.containers[1].imagee\"")]
    [InlineData("""{"spec":{"nodeName":"a","nodeName":"b"}}""", "duplicate field \"spec.nodeName\"")]
    [InlineData("""{"metadata":{"labels":{"a":"1","a":"2"}}}""", "duplicate field \"metadata.labels.a\"")]
    [InlineData("""{"Spec":{}}""", "unknown field \"Spec\"")]
    [InlineData("""{"kind":"Pod","kind":"Pod"}""", "duplicate field \"kind\"")]
    [InlineData("""{"spec":{"containers":[{"livenessProbe":{"handler":{}}}]}}""", "unknown field \"spec.containers[0].livenessProbe.handler\"")]
    public void Decode_UnknownOrDuplicate_IsAStrictError(string json, string error)
    {
        Assert.Equal([error], Decode(json).StrictErrors);
    }

    [Fact]
    public void Decode_Duplicate_TheLastCounts()
    {
        Assert.Equal("b", ((Pod)Decode("""{"spec":{"nodeName":"a","nodeName":"b"}}""").Message).Spec.NodeName);
    }

    [Theory]
    [InlineData("""{"spec":{"containers":"x"}}""", "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container")]
    [InlineData("""{"spec":{"containers":[{"ports":[{"containerPort":"x"}]}]}}""", "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32")]
    [InlineData("""{"spec":{"containers":[{"command":["sleep",3600]}]}}""", "json: cannot unmarshal number into Go struct field Container.spec.containers.command of type string")]
    [InlineData("""{"metadata":{"labels":{"a":true}}}""", "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string")]
    [InlineData("""{"metadata":[]}""", "json: cannot unmarshal array into Go struct field Pod.metadata of type v1.ObjectMeta")]
    [InlineData("""{"spec":{"priority":99999999999}}""", "json: cannot unmarshal number 99999999999 into Go struct field PodSpec.spec.priority of type int32")]
    [InlineData("""{"spec":{"priority":1.5}}""", "json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type v1.Pod")]
    [InlineData("""{"spec":{"containers":[{"resources":{"limits":{"cpu":"1x"}}}]}}""", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    [InlineData("""{"metadata":{"creationTimestamp":"yesterday"}}""", "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\"")]
    [InlineData("""{"metadata":{"creationTimestamp":"2020-01-01T00:00:00"}}""", "parsing time \"2020-01-01T00:00:00\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"Z07:00\"")]
    [InlineData("""{"metadata":{"creationTimestamp":"2020-02-30T00:00:00Z"}}""", "parsing time \"2020-02-30T00:00:00Z\": day out of range")]
    [InlineData("{\"spec\":", "unexpected end of JSON input")]
    [InlineData("{\"spec\":x}", "invalid character 'x' looking for beginning of value")]
    public void Decode_WrongValue_IsSaidInGosWords(string json, string error)
    {
        Assert.Equal(error, Assert.Throws<CodecException>(() => Decode(json)).Message);
    }

    [Fact]
    public void Decode_DeepNesting_IsRefused()
    {
        var json = "{\"x\":" + new string('[', 5000) + new string(']', 5000) + "}";

        Assert.Equal("exceeded max depth", Assert.Throws<CodecException>(() => Decode(json)).Message);
    }

    [Fact]
    public void Decode_Null_IsUnset()
    {
        var pod = (Pod)Decode("""{"metadata":{"name":null,"labels":null,"creationTimestamp":null},"spec":{"containers":null,"priority":null,"affinity":null},"status":null}""").Message;

        Assert.Equal(Normalizer.Normalize(new Pod()), pod);
    }

    [Fact]
    public void Decode_Quantities_BecomeCanonical()
    {
        var pod = (Pod)Decode("""{"spec":{"containers":[{"resources":{"limits":{"cpu":0.5,"memory":"1024Mi"}}}]}}""").Message;

        Assert.Equal("500m", pod.Spec.Containers[0].Resources.Limits["cpu"]);
        Assert.Equal("1Gi", pod.Spec.Containers[0].Resources.Limits["memory"]);
    }

    [Theory]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","spec":{"x":1}}""", "")]
    [InlineData("""{"spec":{}}""", "")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","spec":"x"}""", "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec")]
    [InlineData("""{"kind":"Foo","apiVersion":"v1"}""", "Foo in version \"v1\" cannot be handled as a Pod: no kind \"Foo\" is registered for version \"v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"")]
    [InlineData("""{"kind":"Node","apiVersion":"v1"}""", "Node in version \"v1\" cannot be handled as a Pod: converting (v1.Node) to (core.Pod): unknown conversion")]
    [InlineData("{", "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input ({)")]
    [InlineData("", "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    public void DecodeBody_AnyBody_IsReadOrRefusedInKubernetesWords(string json, string error)
    {
        var kind = ApiKinds.Of<Pod>();
        var thrown = Record.Exception(() => ApiCodec.DecodeBody(Encoding.UTF8.GetBytes(json), ApiEncoding.Json, kind));

        Assert.Equal(error, (thrown as ApiException)?.Message ?? "");
        Assert.Equal(error.Length > 0, thrown is not null);
    }

    [Fact]
    public void DecodeBody_DeleteOptions_AreKnownInEveryGroup()
    {
        var body = """{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":0}"""u8.ToArray();

        var decoded = ApiCodec.DecodeBody(body, ApiEncoding.Json, DeleteOptions.Descriptor, new("v1", "DeleteOptions"));

        Assert.Equal(new DeleteOptions { GracePeriodSeconds = 0 }, decoded.Message);
    }

    private static Decoded Decode(string json) => JsonCodec.Decode(Encoding.UTF8.GetBytes(json), Pod.Descriptor);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
