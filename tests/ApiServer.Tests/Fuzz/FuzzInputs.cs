using System.Buffers.Binary;
using System.Net;
using System.Text;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Fuzz;

/// <summary>One request after another, each made from a seed of its own, so that any of them can be made again.</summary>
/// <param name="rest">The base URL of REST.</param>
/// <param name="grpc">The base URL of gRPC without TLS.</param>
internal sealed class FuzzInputs(string rest, string grpc, int seed)
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Pods = "/api/v1/namespaces/default/pods";

    private static readonly Pod Pod = new()
    {
        Metadata = new() { Name = "p", Namespace = "default", Labels = { ["a"] = "b" } },
        Spec = new()
        {
            Containers = { new Container { Name = "c", Image = "nginx:1", Resources = new() { Limits = { ["cpu"] = "1" } } } },
            Tolerations = { new Toleration { Key = "k", Operator = "Exists" } },
        },
    };

    private static readonly ConfigMap ConfigMap = new() { Metadata = new() { Name = "x", Namespace = "default" }, Data = { ["k"] = "v" } };

    /// <summary>The families, in the order of <see cref="Make"/>'s choice.</summary>
    public static IReadOnlyList<string> Families { get; } = ["json", "yaml", "protobuf", "patch", "selector", "continue", "path", "grpc"];

    /// <summary>The request of an index.</summary>
    public (string Family, HttpRequestMessage Request) Make(int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        var mutator = new Mutator(random);
        var family = Families[index % Families.Count];
        return (family, family switch
        {
            "json" => Body(mutator, ApiEncoding.Json),
            "yaml" => Body(mutator, ApiEncoding.Yaml),
            "protobuf" => Body(mutator, ApiEncoding.Protobuf),
            "patch" => Patch(mutator),
            "selector" => Selector(mutator),
            "continue" => Continue(mutator),
            "path" => Path(mutator, random),
            _ => Call(mutator, random),
        });
    }

    private HttpRequestMessage Body(Mutator mutator, ApiEncoding encoding)
    {
        var (path, bytes) = mutator.OneOf((ConfigMaps, ApiCodec.Encode(ConfigMap, encoding)), (Pods, ApiCodec.Encode(Pod, encoding)));
        var validation = mutator.OneOf("", "&fieldValidation=Strict", "&fieldValidation=Ignore");
        return Request(HttpMethod.Post, $"{path}?dryRun=All{validation}", mutator.Damage(bytes), MediaTypes.Of(encoding));
    }

    private HttpRequestMessage Patch(Mutator mutator)
    {
        var (type, text) = mutator.OneOf(
            ("application/json-patch+json", """[{"op":"add","path":"/data/a","value":"b"},{"op":"copy","from":"/data","path":"/data/c"},{"op":"test","path":"/data/k","value":"v"}]"""),
            ("application/json-patch+json", """[{"op":"move","from":"/metadata/labels","path":"/metadata/annotations"},{"op":"remove","path":"/data"}]"""),
            ("application/merge-patch+json", """{"data":{"k":null,"n":"1"},"metadata":{"labels":{"a":"b"},"finalizers":["x/y"]}}"""),
            ("application/strategic-merge-patch+json", """{"metadata":{"ownerReferences":[{"uid":"u","name":"n","kind":"Pod","apiVersion":"v1"},{"$patch":"delete","uid":"u"}],"$setElementOrder/finalizers":["a/b"],"finalizers":["a/b"]},"$retainKeys":["metadata","data"]}"""));
        return Request(HttpMethod.Patch, $"{ConfigMaps}/x?dryRun=All", mutator.Damage(Encoding.UTF8.GetBytes(text)), type);
    }

    private HttpRequestMessage Selector(Mutator mutator)
    {
        var text = mutator.OneOf(
            "labelSelector=" + Escaped(mutator.Damage("a in (b,c),!d,e notin (f),g!=h,i>1,j")),
            "fieldSelector=" + Escaped(mutator.Damage(@"metadata.name=a\,b,metadata.namespace!=c")),
            "resourceVersion=" + Escaped(mutator.Damage("12")) + "&resourceVersionMatch=" + Escaped(mutator.Damage("Exact")),
            "limit=" + Escaped(mutator.Damage("500")) + "&timeoutSeconds=" + Escaped(mutator.Damage("1")));
        return Request(HttpMethod.Get, $"{ConfigMaps}?{text}");
    }

    private HttpRequestMessage Continue(Mutator mutator)
    {
        var json = mutator.Damage("""{"v":"meta.k8s.io/v1","rv":5,"start":"default/a"}""");
        var token = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
        return Request(HttpMethod.Get, $"{ConfigMaps}?limit=1&continue={Escaped(mutator.OneOf(token, mutator.Damage(token), json))}");
    }

    private HttpRequestMessage Path(Mutator mutator, Random random)
    {
        string[] segments =
        [
            "api", "apis", "v1", "apps", "namespaces", "default", "pods", "nodes", "x", "status", "log", "binding", "watch", "..", "%2e%2e", "%00", "%2f", "%c0%af",
            "", "openapi", "v2", "v3", "version", "healthz", "~", "a.b", "%ff", "\\", ";", "@", new string('a', 300),
        ];
        var path = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "/" + mutator.OneOf(segments)));
        var method = mutator.OneOf("GET", "GET", "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "POST", "BREW");
        return Request(new HttpMethod(method), path + mutator.OneOf("", "?dryRun=All", "?pretty", "?a=b&a=c", "?%", "?dryRun=All&gracePeriodSeconds=x"));
    }

    private HttpRequestMessage Call(Mutator mutator, Random random)
    {
        var (path, message) = mutator.OneOf<(string, IMessage)>(
            ("/minik8s.v1.Pods/Create", new CreatePodRequest { Namespace = "default", Object = Pod, Options = new() { DryRun = { "All" } } }),
            ("/minik8s.v1.ConfigMaps/List", new ListRequest { Namespace = "default", Options = new() { LabelSelector = "a=b", Limit = 1 } }),
            ("/minik8s.v1.ConfigMaps/Get", new GetRequest { Namespace = "default", Name = "x" }),
            ("/minik8s.v1.ConfigMaps/Patch", new PatchRequest
            {
                Namespace = "default", Name = "x", Type = PatchType.MergePatch, Patch = """{"data":{"a":"b"}}""", Options = new() { DryRun = { "All" } },
            }));
        var body = mutator.Damage(message.ToByteArray());
        var frame = new byte[5 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        if (random.Next(8) == 0) frame = mutator.Damage(frame);
        return new HttpRequestMessage(HttpMethod.Post, $"{grpc}{path}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } },
        };
    }

    private HttpRequestMessage Request(HttpMethod method, string target, byte[]? body = null, string? type = null)
    {
        // As it stands: nothing is resolved or escaped on the way out.
        var url = new Uri(rest + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, url);
        if (body is null) return request;
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return request;
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text);
}
