using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Defaults;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Validation;

public sealed class ObjectValidationTests
{
    private const string Meta = "'metadata':{'name':'x','namespace':'default'}";
    private const string ClusterMeta = "'metadata':{'name':'x'}";
    private const string Frozen = "field is immutable when `immutable` is set";

    [Theory]
    [InlineData("Service", "{META,'spec':{'ports':[{'port':80}]}}", "")]
    [InlineData("Service", "{META,'spec':{}}", "spec.ports: Required value")]
    [InlineData("Service", "{META,'spec':{'clusterIP':'None'}}", "")]
    [InlineData("Service", "{META,'spec':{'ports':[{'port':80},{'port':81,'name':'b'}]}}", "spec.ports[0].name: Required value")]
    [InlineData("Service", "{META,'spec':{'ports':[{'port':0}]}}", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive|spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("Service", "{META,'spec':{'type':'X','ports':[{'port':80}]}}", "spec.type: Unsupported value: \"X\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("Service", "{'metadata':{'name':'1x','namespace':'default'},'spec':{'ports':[{'port':80}]}}", "metadata.name: Invalid value: \"1x\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("ConfigMap", "{META,'data':{'a b':'x'}}", "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("Secret", "{META,'type':'kubernetes.io/tls','data':{'tls.crt':'YQ=='}}", "data[tls.key]: Required value")]
    [InlineData("Node", "{CLUSTERMETA,'spec':{'taints':[{'key':'a','effect':'X'}]}}", "metadata.taints[0].effect: Unsupported value: \"X\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"")]
    [InlineData("Node", "{CLUSTERMETA,'status':{'capacity':{'cpu':'-1'}}}", "status.capacity[cpu]: Invalid value: \"-1\": must be greater than or equal to 0|status.allocatable[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("Namespace", "{META}", "metadata.namespace: Forbidden: not allowed on this type")]
    [InlineData("Namespace", "{'metadata':{'name':'a.b'}}", "metadata.name: Invalid value: \"a.b\": must not contain dots")]
    [InlineData("Lease", "{META,'spec':{'leaseDurationSeconds':0}}", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("Event", "{META,'involvedObject':{'namespace':'other'}}", "involvedObject.namespace: Invalid value: \"other\": does not match event.namespace")]
    [InlineData("Endpoints", "{META,'subsets':[{'addresses':[{'ip':'1.2.3'}],'ports':[{'port':80}]}]}", "subsets[0].addresses[0].ip: Invalid value: \"1.2.3\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("EndpointSlice", "{META,'addressType':'','endpoints':[]}", "addressType: Required value")]
    [InlineData("ServiceAccount", "{'metadata':{'name':'x'}}", "metadata.namespace: Required value")]
    [InlineData("ConfigMap", "{'metadata':{'name':'x','namespace':'default','finalizers':['odd']}}", "metadata.finalizers[0]: Invalid value: \"odd\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("ConfigMap", "{'metadata':{'name':'x','namespace':'default','ownerReferences':[{'apiVersion':'v1','kind':'Pod','name':'p','uid':''}]}}", "metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty")]
    [InlineData("ConfigMap", "{'metadata':{'name':'x','namespace':'default','ownerReferences':[{'apiVersion':'v1','kind':'Pod','name':'p','uid':'1','controller':true},{'apiVersion':'v1','kind':'Pod','name':'q','uid':'2','controller':true}]}}", "metadata.ownerReferences: Invalid value: Only one reference can have Controller set to true. Found \"true\" in references for p and q")]
    public void Validate_EveryKind_SaysWhatIsWrong(string kind, string json, string expected)
    {
        var errors = ObjectValidation.Validate(Read(kind, json));

        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("ConfigMap", "'immutable':true,'data':{'a':'1'}", "'immutable':true,'data':{'a':'2'}", "data: Forbidden: " + Frozen)]
    [InlineData("ConfigMap", "'immutable':true", "'data':{}", "immutable: Forbidden: " + Frozen)]
    [InlineData("Secret", "'type':'a/b'", "'type':'c/d'", "type: Invalid value: \"c/d\": field is immutable")]
    [InlineData("Service", "'spec':{'clusterIP':'10.0.0.1','ports':[{'port':80}]}", "'spec':{'clusterIP':'10.0.0.2','ports':[{'port':80}]}", "spec.clusterIPs[0]: Invalid value: []string{\"10.0.0.2\"}: may not change once set")]
    [InlineData("Node", "'spec':{'podCIDR':'10.0.0.0/24','podCIDRs':['10.0.0.0/24']}", "'spec':{'podCIDR':'10.1.0.0/24','podCIDRs':['10.1.0.0/24']}", "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid")]
    public void ValidateUpdate_FrozenField_IsRefused(string kind, string before, string after, string expected)
    {
        var meta = kind == "Node" ? "'metadata':{'name':'x','resourceVersion':'5'}" : "'metadata':{'name':'x','namespace':'default','resourceVersion':'5'}";

        var errors = ObjectValidation.ValidateUpdate(Read(kind, "{" + meta + "," + after + "}"), Read(kind, "{" + meta + "," + before + "}"));

        Assert.Equal([expected], errors.Select(error => error.ToString()));
    }

    [Fact]
    public void ValidateUpdate_NewFinalizerWhileDeleting_IsRefused()
    {
        var old = Read("ConfigMap", "{'metadata':{'name':'x','namespace':'default','resourceVersion':'5','deletionTimestamp':'2030-01-01T00:00:00Z'}}");
        var changed = ((ConfigMap)old).Clone();
        changed.Metadata.Finalizers.Add("a/b");

        Assert.Equal(
            ["metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"a/b\"}"],
            ObjectValidation.ValidateUpdate(changed, old).Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("Pod", "n", "target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\"")]
    [InlineData("Node", "", "target.name: Required value")]
    [InlineData("", "n", null)]
    public void Validate_Binding_NeedsANode(string kind, string name, string? expected)
    {
        var errors = ObjectValidation.Validate(new Binding { Target = new ObjectReference { Kind = kind, Name = name } });

        Assert.Equal(expected, errors.Count == 0 ? null : errors[0].ToString());
    }

    [Fact]
    public void Defaults_Namespace_CarriesItsNameAsALabel()
    {
        var ns = (Namespace)Read("Namespace", "{'metadata':{'name':'x'}}");

        Assert.Equal("x", ns.Metadata.Labels["kubernetes.io/metadata.name"]);
        Assert.Equal("Active", ns.Status.Phase);
    }

    [Fact]
    public void Defaults_Service_GetTypePortsAndPolicies()
    {
        var spec = ((Service)Read("Service", "{META,'spec':{'ports':[{'port':80}]}}")).Spec;

        Assert.Equal(("ClusterIP", "None", "Cluster", "TCP", 80), (spec.Type, spec.SessionAffinity, spec.InternalTrafficPolicy, spec.Ports[0].Protocol, spec.Ports[0].TargetPort.IntVal));
    }

    [Fact]
    public void Defaults_NoQuantity_IsABadRequest()
    {
        var pod = new Pod { Spec = new() { Containers = { new Container { Resources = new() { Limits = { ["cpu"] = "much" } } } } } };

        var refusal = Assert.Throws<MiniK8s.Api.Errors.ApiException>(() => ObjectDefaults.Apply(pod));

        Assert.Equal(400, refusal.Code);
        Assert.StartsWith("Pod in version \"v1\" cannot be handled as a Pod: quantities must match", refusal.Message, StringComparison.Ordinal);
    }

    private static IApiObject Read(string kind, string json)
    {
        var plain = json.Replace("CLUSTERMETA", ClusterMeta, StringComparison.Ordinal).Replace("META", Meta, StringComparison.Ordinal).Replace('\'', '"');
        var value = (IApiObject)JsonCodec.Decode(Encoding.UTF8.GetBytes(plain), ApiKinds.All.Single(k => k.Kind == kind).Descriptor).Message;
        ObjectDefaults.Apply(value);
        return value;
    }
}
