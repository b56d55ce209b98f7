using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>HorizontalPodAutoscalers: their defaults, and what they must be.</summary>
public sealed class HorizontalPodAutoscalerRulesTests
{
    private const string Kind = "HorizontalPodAutoscaler";
    private const string Target = "'scaleTargetRef':{'kind':'Deployment','name':'web'}";
    private const string Cpu = "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':80}}}";
    private const string Types = "supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"";

    [Theory]
    [InlineData("'maxReplicas':5", "{'minReplicas':1,'metrics':[CPU]}")]
    [InlineData("'maxReplicas':5,'minReplicas':2", "{'minReplicas':2,'metrics':[CPU]}")]
    [InlineData("'maxReplicas':5,'metrics':[{'type':'Pods'}]", "{'minReplicas':1,'metrics':[{'type':'Pods'}]}")]
    [InlineData("'maxReplicas':5,'behavior':{}",
        "{'minReplicas':1,'metrics':[CPU],'behavior':{'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':[FOUR,ALL]},'scaleDown':{'selectPolicy':'Max','policies':[ALL]}}}")]
    [InlineData("'maxReplicas':5,'behavior':{'scaleUp':{'selectPolicy':'Min','policies':[]},'scaleDown':{'stabilizationWindowSeconds':60,'policies':[{'type':'Pods','value':1,'periodSeconds':5}]}}",
        "{'minReplicas':1,'metrics':[CPU],'behavior':{'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Min','policies':[FOUR,ALL]},"
        + "'scaleDown':{'stabilizationWindowSeconds':60,'selectPolicy':'Max','policies':[{'type':'Pods','value':1,'periodSeconds':5}]}}}")]
    public void Default_Spec_FillsInWhatIsLeftOpen(string given, string expected)
    {
        var value = Manifests.Read<HorizontalPodAutoscaler>("{META,'spec':{" + Target + "," + given + "}}");

        var spec = System.Text.Encoding.UTF8.GetString(JsonCodec.Encode(value.Spec, typeMeta: null)).Replace('"', '\'');
        var words = expected.Replace("CPU", Cpu, StringComparison.Ordinal)
            .Replace("FOUR", "{'type':'Pods','value':4,'periodSeconds':15}", StringComparison.Ordinal)
            .Replace("ALL", "{'type':'Percent','value':100,'periodSeconds':15}", StringComparison.Ordinal);
        Assert.Equal(words, spec.Replace(Target + ",", "", StringComparison.Ordinal).Replace(",'maxReplicas':5", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Default_AnnotationsOfTheFirstVersion_AreDropped()
    {
        var value = Manifests.Read<HorizontalPodAutoscaler>(
            "{'metadata':{'name':'x','annotations':{'autoscaling.alpha.kubernetes.io/metrics':'[]','autoscaling.alpha.kubernetes.io/behavior':'{}',"
            + "'autoscaling.alpha.kubernetes.io/conditions':'[]','autoscaling.alpha.kubernetes.io/current-metrics':'[]','mine':'stays'}}}");

        Assert.Equal(["mine"], value.Metadata.Annotations.Keys);
    }

    [Theory]
    [InlineData("'maxReplicas':5", "")]
    [InlineData("'minReplicas':5,'maxReplicas':5", "")]
    [InlineData("'minReplicas':3,'maxReplicas':2", "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`")]
    [InlineData("'minReplicas':1", "spec.maxReplicas: Invalid value: 0: must be greater than 0|spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`")]
    [InlineData("'minReplicas':-1,'maxReplicas':1", "spec.minReplicas: Invalid value: -1: must be greater than or equal to 1")]
    [InlineData("'minReplicas':0,'maxReplicas':1",
        "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1|spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas")]
    [InlineData("'maxReplicas':1,'behavior':{}", "")]
    [InlineData("'maxReplicas':1,'behavior':{'scaleUp':{'stabilizationWindowSeconds':-1,'selectPolicy':'X'}}",
        "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero"
        + "|spec.behavior.scaleUp.selectPolicy: Unsupported value: \"X\": supported values: \"Disabled\", \"Max\", \"Min\"")]
    [InlineData("'maxReplicas':1,'behavior':{'scaleDown':{'stabilizationWindowSeconds':3601,'policies':[{'type':'X'},{'type':'Pods','value':1,'periodSeconds':1801}]}}",
        "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600"
        + "|spec.behavior.scaleDown.policies[0].type: Unsupported value: \"X\": supported values: \"Percent\", \"Pods\""
        + "|spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero"
        + "|spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 0: must be greater than zero"
        + "|spec.behavior.scaleDown.policies[1].periodSeconds: Invalid value: 1801: must be less than or equal to 1800")]
    public void Validate_Spec_SaysWhatIsWrong(string spec, string expected) =>
        Assert.Equal(expected, Manifests.Faults(Kind, "{META,'spec':{" + Target + "," + spec + "}}"));

    [Theory]
    [InlineData("{}", "spec.scaleTargetRef.kind: Required value|spec.scaleTargetRef.name: Required value")]
    [InlineData("{'kind':'a/b','name':'..'}", "spec.scaleTargetRef.kind: Invalid value: \"a/b\": may not contain '/'|spec.scaleTargetRef.name: Invalid value: \"..\": may not be '..'")]
    public void Validate_ScaleTargetRef_SaysWhatIsWrong(string reference, string expected) =>
        Assert.Equal(expected, Manifests.Faults(Kind, "{META,'spec':{'maxReplicas':1,'scaleTargetRef':" + reference + "}}"));

    [Theory]
    [InlineData("'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue','averageValue':'1Gi'}}", "")]
    [InlineData("'type':'ContainerResource','containerResource':{'name':'cpu','container':'c','target':{'type':'Utilization','averageUtilization':1}}", "")]
    [InlineData("'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'1'}}", "")]
    [InlineData("'type':'Object','object':{'metric':{'name':'m'},'describedObject':{'kind':'Ingress','name':'i'},'target':{'type':'Value','value':'1'}}", "")]
    [InlineData("'type':'External','external':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'1'}}", "")]
    // The type, and the field that belongs to it.
    [InlineData("'type':''", "AT.type: Required value: must specify a metric source type|AT.type: Unsupported value: \"\": TYPES|AT.type: Unsupported value: \"\": TYPES")]
    [InlineData("'type':'X'", "AT.type: Unsupported value: \"X\": TYPES|AT.type: Unsupported value: \"X\": TYPES")]
    [InlineData("'type':'Pods'", "AT.pods: Required value: must populate information for the given metric source")]
    [InlineData("'type':'ContainerResource'", "AT.containerResource: Required value: must populate information for the given metric source")]
    [InlineData("'type':'Pods','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':1}}", "AT.pods: Required value: must populate information for the given metric source")]
    [InlineData("'type':'Resource','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'1'}},'resource':{}", "AT.pods: Forbidden: must populate the given metric source only")]
    // The sources.
    [InlineData("'type':'Resource','resource':{}",
        "AT.resource.name: Required value: must specify a resource name|AT.resource.target.type: Required value: must specify a metric target type"
        + "|AT.resource.target.type: Invalid value: \"\": must be either Utilization, Value, or AverageValue"
        + "|AT.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization")]
    [InlineData("'type':'Resource','resource':{'name':'cpu','target':{'type':'X','averageUtilization':0,'averageValue':'0'}}",
        "AT.resource.target.type: Invalid value: \"X\": must be either Utilization, Value, or AverageValue"
        + "|AT.resource.target.averageValue: Invalid value: resource.Quantity{i:resource.int64Amount{value:0, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"0\", Format:\"DecimalSI\"}: must be positive"
        + "|AT.resource.target.averageUtilization: Invalid value: 0: must be greater than 0"
        + "|AT.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization")]
    [InlineData("'type':'ContainerResource','containerResource':{'target':{'type':'Utilization'}}",
        "AT.containerResource.name: Required value: must specify a resource name|AT.containerResource.container: Required value: must specify a container"
        + "|AT.containerResource.target.averageUtilization: Required value: must set either a target raw value or a target utilization")]
    [InlineData("'type':'ContainerResource','containerResource':{'name':'pods','container':'-','target':{'type':'Utilization','averageUtilization':1}}",
        "AT.containerResource.name: Invalid value: \"pods\": must be a standard resource for containers"
        + "|AT.containerResource.container: Invalid value: \"-\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("'type':'Pods','pods':{'metric':{'name':'a/b'},'target':{'type':'AverageValue'}}",
        "AT.pods.metric.name: Invalid value: \"a/b\": may not contain '/'|AT.pods.target.averageValue: Required value: must specify a positive target averageValue")]
    [InlineData("'type':'Object','object':{'target':{'type':'Value','value':'-500m'}}",
        "AT.object.describedObject.kind: Required value|AT.object.describedObject.name: Required value|AT.object.metric.name: Required value: must specify a metric name"
        + "|AT.object.target.value: Invalid value: resource.Quantity{i:resource.int64Amount{value:-500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"-500m\", Format:\"DecimalSI\"}: must be positive")]
    [InlineData("'type':'Object','object':{'metric':{'name':'m'},'describedObject':{'kind':'I','name':'i'},'target':{'type':'Value'}}",
        "AT.object.target.averageValue: Required value: must set either a target value or averageValue")]
    [InlineData("'type':'External','external':{'metric':{'name':'m'},'target':{'type':'Value'}}",
        "AT.external.target.averageValue: Required value: must set either a target value for metric or a per-pod target")]
    [InlineData("'type':'External','external':{'metric':{'name':'m'},'target':{'type':'Value','value':'1','averageValue':'-1Gi'}}",
        "AT.external.target.averageValue: Invalid value: resource.Quantity{i:resource.int64Amount{value:-1073741824, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"-1Gi\", Format:\"BinarySI\"}: must be positive"
        + "|AT.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target")]
    public void Validate_Metric_SaysWhatIsWrong(string metric, string expected) => Assert.Equal(
        expected.Replace("AT.", "spec.metrics[1].", StringComparison.Ordinal).Replace("TYPES", Types, StringComparison.Ordinal),
        Manifests.Faults(Kind, "{META,'spec':{" + Target + ",'maxReplicas':1,'metrics':[" + Cpu + ",{" + metric + "}]}}"));

    [Theory]
    [InlineData("'desiredReplicas':0", "")]
    [InlineData("'currentReplicas':-1,'desiredReplicas':-2",
        "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0|status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0")]
    public void UpdateStatus_Replicas_CountFromNothing(string status, string expected) =>
        Assert.Equal(expected, Manifests.StatusFaults(Kind, "{META}", "{META,'status':{" + status + "}}"));
}
