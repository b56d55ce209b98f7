using System.Text;
using System.Text.Json;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>What users get wrong most often, answered with Kubernetes' own status code, reason and message; and abuse, which ends no process.</summary>
[Collection("lab")]
public sealed class BadInputTests(SharedLab shared)
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelValue = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>A pod's spec, with ' for ", and the field error it earns.</summary>
    [Theory]
    [InlineData("'containers':[]", "spec.containers: Required value")]
    [InlineData("'containers':[{'name':'c'}]", "spec.containers[0].image: Required value")]
    [InlineData("'containers':[{'image':'i'}]", "spec.containers[0].name: Required value")]
    [InlineData("'containers':[{'name':'My_C','image':'i'}]", "spec.containers[0].name: Invalid value: \"My_C\": " + Label)]
    [InlineData("'containers':[{'name':'c','image':'i'},{'name':'c','image':'i'}]", "spec.containers[1].name: Duplicate value: \"c\"")]
    [InlineData("'initContainers':[{'name':'c','image':'i'}],'containers':[{'name':'c','image':'i'}]", "spec.initContainers[0].name: Duplicate value: \"c\"")]
    [InlineData("'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'2'},'limits':{'cpu':'1'}}}]", "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1")]
    [InlineData("'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'-1'}}}]", "spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("'restartPolicy':'Sometimes','containers':[{'name':'c','image':'i'}]", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("'containers':[{'name':'c','image':'i','restartPolicy':'Always'}]", "spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers")]
    [InlineData("'containers':[{'name':'c','image':'i','imagePullPolicy':'Sometimes'}]", "spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("'dnsPolicy':'Nope','containers':[{'name':'c','image':'i'}]", "spec.dnsPolicy: Unsupported value: \"Nope\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"")]
    [InlineData("'containers':[{'name':'c','image':'i','ports':[{'name':'web'}]}]", "spec.containers[0].ports[0].containerPort: Required value")]
    [InlineData("'containers':[{'name':'c','image':'i','ports':[{'containerPort':70000}]}]", "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("'containers':[{'name':'c','image':'i','ports':[{'containerPort':80,'protocol':'tcp'}]}]", "spec.containers[0].ports[0].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", \"TCP\", \"UDP\"")]
    [InlineData("'containers':[{'name':'c','image':'i','ports':[{'name':'web','containerPort':80},{'name':'web','containerPort':81}]}]", "spec.containers[0].ports[1].name: Duplicate value: \"web\"")]
    [InlineData("'containers':[{'name':'c','image':'i','livenessProbe':{}}]", "spec.containers[0].livenessProbe: Required value: must specify a handler type")]
    [InlineData("'containers':[{'name':'c','image':'i','livenessProbe':{'exec':{'command':['a']},'httpGet':{'port':80}}}]", "spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type")]
    [InlineData("'containers':[{'name':'c','image':'i','livenessProbe':{'exec':{'command':['a']},'successThreshold':2}}]", "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1")]
    [InlineData("'containers':[{'name':'c','image':'i','livenessProbe':{'exec':{'command':['a']},'periodSeconds':-1}}]", "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("'containers':[{'name':'c','image':'i','livenessProbe':{'exec':{}}}]", "spec.containers[0].livenessProbe.exec.command: Required value")]
    [InlineData("'initContainers':[{'name':'i','image':'i','livenessProbe':{'exec':{'command':['a']}}}],'containers':[{'name':'c','image':'i'}]", "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    [InlineData("'containers':[{'name':'c','image':'i','volumeMounts':[{'name':'v','mountPath':'/d'}]}]", "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("'volumes':[{'name':'v','emptyDir':{}}],'containers':[{'name':'c','image':'i','volumeMounts':[{'name':'v','mountPath':'/d'},{'name':'v','mountPath':'/d'}]}]", "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/d\": must be unique")]
    [InlineData("'volumes':[{'name':'v','emptyDir':{}},{'name':'v','emptyDir':{}}],'containers':[{'name':'c','image':'i'}]", "spec.volumes[1].name: Duplicate value: \"v\"")]
    [InlineData("'containers':[{'name':'c','image':'i','env':[{'name':'A=B'}]}]", "spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must consist only of printable ASCII characters other than '='")]
    [InlineData("'tolerations':[{'value':'x'}],'containers':[{'name':'c','image':'i'}]", "spec.tolerations[0].operator: Invalid value: \"\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"")]
    [InlineData("'activeDeadlineSeconds':0,'containers':[{'name':'c','image':'i'}]", "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive")]
    [InlineData("'ephemeralContainers':[{'name':'e','image':'i'}],'containers':[{'name':'c','image':'i'}]", "spec.ephemeralContainers: Forbidden: cannot be set on create")]
    [InlineData("'nodeName':'n','schedulingGates':[{'name':'g'}],'containers':[{'name':'c','image':'i'}]", "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared")]
    public async Task Spec_UsualMistake_IsRefusedInKubernetesWords(string spec, string error)
    {
        var answer = await PostAsync($"{{'apiVersion':'v1','kind':'Pod','metadata':{{'name':'x'}},'spec':{{{spec}}}}}");

        AssertStatus(answer, 422, "Invalid", $"Pod \"x\" is invalid: {error}");
    }

    [Theory]
    [InlineData("'name':'My_Pod'", "Pod \"My_Pod\" is invalid: metadata.name: Invalid value: \"My_Pod\": " + Subdomain)]
    [InlineData("", "Pod \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    [InlineData("'name':'x','labels':{'k':'a b'}", "Pod \"x\" is invalid: metadata.labels: Invalid value: \"a b\": " + LabelValue)]
    public async Task Metadata_UsualMistake_IsRefusedInKubernetesWords(string metadata, string message)
    {
        var answer = await PostAsync($"{{'apiVersion':'v1','kind':'Pod','metadata':{{{metadata}}},'spec':{{'containers':[{{'name':'c','image':'i'}}]}}}}");

        AssertStatus(answer, 422, "Invalid", message);
    }

    [Fact]
    public async Task Spec_SeveralMistakes_AreReportedTogether()
    {
        var answer = await PostAsync("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':[{'name':'c'},{'image':'i'}]}}");

        AssertStatus(answer, 422, "Invalid", "Pod \"x\" is invalid: [spec.containers[0].image: Required value, spec.containers[1].name: Required value]");
        Assert.Equal(2, Status(answer).GetProperty("details").GetProperty("causes").GetArrayLength());
    }

    [Theory]
    [InlineData("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containerz':[]}}", "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containerz\"")]
    [InlineData("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':[{'name':'c','imagee':'i'}]}}", "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].imagee\"")]
    public async Task Body_UnknownField_IsRefusedWhenStrict(string body, string message)
    {
        using var client = new RestClient(shared.Lab.Kubeconfig);

        AssertStatus(await client.PostJsonAsync($"{Pods}?fieldValidation=Strict", Json(body)), 400, "BadRequest", message);
    }

    [Theory]
    [InlineData("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':'none'}}")]
    [InlineData("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':'http'}]}]}}")]
    [InlineData("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{'memory':'lots'}}}]}}")]
    public async Task Body_WrongType_IsABadRequest(string body)
    {
        var answer = await PostAsync(body);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith("Pod in version \"v1\" cannot be handled as a Pod: ", Status(answer).GetProperty("message").GetString());
    }

    [Fact]
    public async Task Body_WrongKindOrVersion_IsABadRequest()
    {
        Assert.Equal(400, (await PostAsync("{'apiVersion':'v2','kind':'Pod','metadata':{'name':'x'}}")).Code);
        Assert.Equal(400, (await PostAsync("{'apiVersion':'v1','kind':'Node','metadata':{'name':'x'}}")).Code);
        Assert.Equal(400, (await PostAsync("{")).Code);
        Assert.Equal(400, (await PostAsync("")).Code);
    }

    [Fact]
    public async Task Create_NamespaceThatDoesNotExist_IsNotFound()
    {
        using var client = new RestClient(shared.Lab.Kubeconfig);

        var answer = await client.PostJsonAsync("/api/v1/namespaces/nowhere/pods", Json("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'x'},'spec':{'containers':[{'name':'c','image':'i'}]}}"));

        AssertStatus(answer, 404, "NotFound", "namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task Create_NameTaken_AlreadyExists()
    {
        var pod = "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'taken'},'spec':{'containers':[{'name':'c','image':'nginx'}]}}";
        Assert.Equal(201, (await PostAsync(pod)).Code);

        AssertStatus(await PostAsync(pod), 409, "AlreadyExists", "pods \"taken\" already exists");

        await shared.Lab.Api.DeletePodAsync("default", "taken", grace: 0);
    }

    [Fact]
    public async Task Body_OversizedOrDeeplyNestedOrOfAnotherType_IsRefusedAndTheServerLives()
    {
        using var client = new RestClient(shared.Lab.Kubeconfig);
        var deep = "{'apiVersion':'v1','kind':'Pod','metadata':" + string.Concat(Enumerable.Repeat("{'a':", 20_000)) + "1" + new string('}', 20_001);
        var nested = string.Concat(Enumerable.Repeat("[", 100_000));
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n"));

        Assert.Equal(413, (await client.PostJsonAsync(Pods, $"\"{new string('x', 4 << 20)}\"")).Code);
        Assert.Equal(400, (await client.PostJsonAsync(Pods, Json(deep))).Code);
        Assert.Equal(400, (await client.PostJsonAsync(Pods, nested)).Code);
        Assert.Equal(400, (await client.SendAsync(HttpMethod.Post, Pods, Encoding.UTF8.GetBytes(bomb), "application/yaml")).Code);
        Assert.Equal(415, (await client.SendAsync(HttpMethod.Post, Pods, "<pod/>"u8.ToArray(), "application/xml")).Code);
        Assert.Equal(400, (await client.SendAsync(HttpMethod.Post, Pods, [0x6b, 0x38, 0x73, 0x00, 0xff, 0xff, 0xff], "application/vnd.kubernetes.protobuf")).Code);
        Assert.Equal(200, (await client.SendAsync(HttpMethod.Get, "/healthz", null, "")).Code);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/pods/absent", 404, "pods \"absent\" not found")]
    [InlineData("/api/v1/namespaces/default/pods?labelSelector=a%3D%3D%3Db", 400, "")]
    [InlineData("/api/v1/namespaces/default/pods?fieldSelector=spec.nope%3Dx", 400, "field label not supported: spec.nope")]
    [InlineData("/api/v1/namespaces/default/pods?limit=-1&resourceVersion=x", 400, "")]
    [InlineData("/api/v1/namespaces/default/pods?watch=true&resourceVersion=abc", 400, "")]
    public async Task Get_WrongQuestion_GetsItsStatus(string path, int code, string message)
    {
        using var client = new RestClient(shared.Lab.Kubeconfig);

        var answer = await client.SendAsync(HttpMethod.Get, path, null, "");

        Assert.Equal(code, answer.Code);
        Assert.Contains(message, Status(answer).GetProperty("message").GetString());
    }

    private async Task<RestAnswer> PostAsync(string body)
    {
        using var client = new RestClient(shared.Lab.Kubeconfig);
        return await client.PostJsonAsync(Pods, Json(body));
    }

    private static string Json(string body) => body.Replace('\'', '"');

    private static JsonElement Status(RestAnswer answer) => JsonDocument.Parse(answer.Body).RootElement;

    private static void AssertStatus(RestAnswer answer, int code, string reason, string message)
    {
        var status = Status(answer);
        Assert.Equal((code, reason, message), (answer.Code, status.GetProperty("reason").GetString(), status.GetProperty("message").GetString()));
        Assert.Equal(code, status.GetProperty("code").GetInt32());
    }
}
