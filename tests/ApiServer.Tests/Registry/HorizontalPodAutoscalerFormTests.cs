using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;
using MiniK8s.ApiServer.Registry.Translation;
using MiniK8s.Protocol;

using V1 = MiniK8s.Protocol.Autoscaling.V1;
using V2 = MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Tests.Registry;

/// <summary>HorizontalPodAutoscalers in both versions; quotes are single, and PREFIX stands for the beginning of the annotations' names.</summary>
public sealed class HorizontalPodAutoscalerFormTests
{
    private const string Prefix = "autoscaling.alpha.kubernetes.io/";
    private const string Reference = "'scaleTargetRef':{'kind':'Deployment','name':'web','apiVersion':'apps/v1'}";
    private const string Cpu = "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':80}}}";
    private const string Memory = "{'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue','averageValue':'1Gi'}}}";

    private static readonly HorizontalPodAutoscalerForm Form = new();

    // What v2 has, and what v1 shows of it: a field, and annotations.
    [Theory]
    [InlineData("'metrics':[CPU]", "", "'targetCPUUtilizationPercentage':80", "")]
    [InlineData("'metrics':[MEMORY,CPU]", "", "'targetCPUUtilizationPercentage':80",
        """metrics=[{'type':'Resource','resource':{'name':'memory','targetAverageValue':'1Gi'}}]""")]
    [InlineData("'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'AverageValue','averageValue':'500m'}}}]", "", "",
        """metrics=[{'type':'Resource','resource':{'name':'cpu','targetAverageValue':'500m'}}]""")]
    [InlineData("'metrics':[{'type':'ContainerResource','containerResource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50},'container':'c'}}]", "", "",
        """metrics=[{'type':'ContainerResource','containerResource':{'name':'cpu','targetAverageUtilization':50,'container':'c'}}]""")]
    [InlineData("'metrics':[{'type':'Pods','pods':{'metric':{'name':'m','selector':{'matchLabels':{'a':'b'}}},'target':{'type':'AverageValue','averageValue':'1k'}}}]", "", "",
        """metrics=[{'type':'Pods','pods':{'metricName':'m','targetAverageValue':'1k','selector':{'matchLabels':{'a':'b'}}}}]""")]
    [InlineData("'metrics':[{'type':'Object','object':{'describedObject':{'kind':'Ingress','name':'i'},'target':{'type':'Value','value':'10'},'metric':{'name':'m'}}}]", "", "",
        """metrics=[{'type':'Object','object':{'target':{'kind':'Ingress','name':'i'},'metricName':'m','targetValue':'10'}}]""")]
    [InlineData("'metrics':[{'type':'External','external':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'3'}}}]", "", "",
        """metrics=[{'type':'External','external':{'metricName':'m','targetAverageValue':'3'}}]""")]
    [InlineData("'metrics':[CPU],'behavior':{'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Max','policies':[{'type':'Pods','value':4,'periodSeconds':15}]},"
        + "'scaleDown':{'selectPolicy':'Disabled','policies':[{'type':'Percent','value':100,'periodSeconds':15}]}}", "", "'targetCPUUtilizationPercentage':80",
        "behavior={'ScaleUp':{'StabilizationWindowSeconds':0,'SelectPolicy':'Max','Policies':[{'Type':'Pods','Value':4,'PeriodSeconds':15}]},"
        + "'ScaleDown':{'StabilizationWindowSeconds':null,'SelectPolicy':'Disabled','Policies':[{'Type':'Percent','Value':100,'PeriodSeconds':15}]}}")]
    [InlineData("'metrics':[CPU]", "'currentMetrics':[{'type':'Resource','resource':{'name':'cpu','current':{'averageValue':'200m','averageUtilization':40}}}]",
        "'targetCPUUtilizationPercentage':80|'currentCPUUtilizationPercentage':40",
        "current-metrics=[{'type':'Resource','resource':{'name':'cpu','currentAverageUtilization':40,'currentAverageValue':'200m'}}]")]
    [InlineData("'metrics':[CPU]", "'currentMetrics':null,'conditions':[{'type':'ScalingLimited','status':'False','lastTransitionTime':'2030-01-01T12:00:00Z','reason':'R','message':'a < b'}]",
        "'targetCPUUtilizationPercentage':80",
        @"conditions=[{'type':'ScalingLimited','status':'False','lastTransitionTime':'2030-01-01T12:00:00Z','reason':'R','message':'a \u003c b'}]")]
    public void Forms_AnObject_GoesThereAndBack(string spec, string status, string fields, string annotations)
    {
        var stored = Read<V2.HorizontalPodAutoscaler>($"{{'metadata':{{'name':'web','annotations':{{'mine':'stays'}}}},'spec':{{{Reference},'minReplicas':1,'maxReplicas':5,{spec}}},'status':{{{status}}}}}");
        ObjectDefaults.Apply(stored);
        var before = stored.Clone();

        var shown = (V1.HorizontalPodAutoscaler)Form.Shown(stored);

        var json = Encoding.UTF8.GetString(JsonCodec.Encode(shown)).Replace('"', '\'');
        Assert.All(fields.Split('|'), field => Assert.Contains(field, json));
        Assert.Equal(fields.Contains("target", StringComparison.Ordinal), shown.Spec.HasTargetCpuUtilizationPercentage);
        Assert.Equal(fields.Contains("current", StringComparison.Ordinal), shown.Status.HasCurrentCpuUtilizationPercentage);
        Assert.Equal(annotations, string.Join('|', shown.Metadata.Annotations.Where(each => each.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(each => $"{each.Key[Prefix.Length..]}={each.Value}")).Replace('"', '\''));
        Assert.Equal("stays", shown.Metadata.Annotations["mine"]);
        Assert.Equal(before, stored);
        Assert.Equal(stored, Form.Stored(shown));
    }

    [Theory]
    [InlineData("", "", "'metrics':[CPU]")]
    [InlineData("'targetCPUUtilizationPercentage':50", "", "'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50}}}]")]
    [InlineData("'targetCPUUtilizationPercentage':80", "'PREFIXmetrics':'[]'", "'metrics':[CPU]")]
    [InlineData("", "'PREFIXmetrics':'null'", "'metrics':[CPU]")]
    [InlineData("", "'PREFIXmetrics':'no json'", "'metrics':[CPU]")]
    [InlineData("", "'PREFIXmetrics':'{}'", "'metrics':[CPU]")]
    [InlineData("", @"'PREFIXmetrics':'[{\'type\':\'Resource\',\'resource\':{\'name\':\'memory\',\'targetAverageValue\':\'1024Mi\'}}]'", "'metrics':[MEMORY]")]
    [InlineData("'targetCPUUtilizationPercentage':80", @"'PREFIXmetrics':'[{\'type\':\'Resource\',\'resource\':{\'name\':\'memory\',\'targetAverageValue\':\'1Gi\'}}]'", "'metrics':[MEMORY,CPU]")]
    [InlineData("", @"'PREFIXmetrics':'[{\'type\':\'Pods\',\'pods\':{\'metricName\':\'m\'}}]'",
        "'metrics':[{'type':'Pods','pods':{'metric':{'name':'m'},'target':{'type':'AverageValue','averageValue':'0'}}}]")]
    [InlineData("", @"'PREFIXmetrics':'[{\'type\':\'External\',\'external\':{\'metricName\':\'m\',\'targetValue\':\'3\'}}]'",
        "'metrics':[{'type':'External','external':{'metric':{'name':'m'},'target':{'type':'Value','value':'3'}}}]")]
    [InlineData("", @"'PREFIXmetrics':'[{\'type\':\'Object\',\'object\':{\'metricName\':\'m\',\'averageValue\':\'3\'}}]'",
        "'metrics':[{'type':'Object','object':{'describedObject':{'kind':'','name':''},'target':{'type':'AverageValue','value':'0','averageValue':'3'},'metric':{'name':'m'}}}]")]
    [InlineData("", @"'PREFIXbehavior':'{\'scaleup\':{\'SelectPolicy\':\'Min\',\'Policies\':[{\'Type\':\'Pods\',\'Value\':1,\'PeriodSeconds\':60}]},\'ScaleDown\':null}'",
        "'metrics':[CPU],'behavior':{'scaleUp':{'stabilizationWindowSeconds':0,'selectPolicy':'Min','policies':[{'type':'Pods','value':1,'periodSeconds':60}]},"
        + "'scaleDown':{'selectPolicy':'Max','policies':[{'type':'Percent','value':100,'periodSeconds':15}]}}")]
    [InlineData("", "'PREFIXbehavior':'{}'", "'metrics':[CPU]")]
    [InlineData("", "'PREFIXbehavior':'[]'", "'metrics':[CPU]")]
    public void Stored_WhatIsWrittenInTheFirstVersion_IsDefaultedAndFreeOfAnnotations(string spec, string annotations, string expected)
    {
        var shown = Read<V1.HorizontalPodAutoscaler>($"{{'metadata':{{'annotations':{{{annotations}}}}},'spec':{{{Reference},'maxReplicas':5{(spec.Length > 0 ? "," : "")}{spec}}}}}");
        var before = shown.Clone();

        var stored = (V2.HorizontalPodAutoscaler)Form.Stored(shown);

        ObjectDefaults.Apply(stored);
        Assert.Equal(Words($"{{{Reference},'minReplicas':1,'maxReplicas':5,{expected}}}").Replace('\'', '"'), Encoding.UTF8.GetString(JsonCodec.Encode(stored.Spec, typeMeta: null)));
        Assert.Empty(stored.Metadata.Annotations);
        Assert.Equal(before, shown);
    }

    [Theory]
    [InlineData("'spec':{'maxReplicas':3}", "'spec':{'maxReplicas':3}")]
    [InlineData("'spec':{'targetCPUUtilizationPercentage':80}", "'spec':{'metrics':[CPU]}")]
    [InlineData(@"'metadata':{'name':'web','annotations':{'PREFIXmetrics':'[{\'type\':\'Resource\',\'resource\':{\'name\':\'memory\',\'targetAverageValue\':\'1Gi\'}}]'}}",
        "'metadata':{'name':'web','annotations':{}},'spec':{'metrics':[MEMORY]}")]
    [InlineData("'status':{'currentCPUUtilizationPercentage':7,'desiredReplicas':1}",
        "'status':{'desiredReplicas':1,'currentMetrics':[{'type':'Resource','resource':{'name':'cpu','current':{'averageUtilization':7}}}]}")]
    public void Configuration_IsPutInTheWordsOfTheStoredVersion(string given, string expected)
    {
        var configuration = Document($"{{'apiVersion':'autoscaling/v1','kind':'HorizontalPodAutoscaler',{given}}}");

        Assert.Equal(
            Document($"{{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler',{expected}}}").ToJsonString(), Form.Stored(configuration).ToJsonString());
    }

    [Theory]
    [InlineData("'apiVersion':'autoscaling/v2'", "invalid object type: autoscaling/v2, Kind=HorizontalPodAutoscaler")]
    [InlineData("'apiVersion':'autoscaling/v1','spec':{'metrics':[]}",
        "failed to create typed patch object (/; autoscaling/v1, Kind=HorizontalPodAutoscaler): .spec.metrics: field not declared in schema")]
    public void Configuration_OfAnotherVersion_IsRefused(string given, string message) => Assert.Equal(
        message, Assert.Throws<ApiException>(() => Form.Stored(Document($"{{'kind':'HorizontalPodAutoscaler',{given}}}"))).Message);

    [Theory]
    [InlineData("'spec':{'maxReplicas':1.5}")]
    [InlineData("'spec':{'maxReplicas':99999999999}")]
    [InlineData("'metadata':{'creationTimestamp':'abc'}")]
    public void Configuration_WithWhatNoFieldHolds_IsRefused(string given) => Assert.StartsWith(
        "failed to convert new object (/; autoscaling/v1, Kind=HorizontalPodAutoscaler) to proper version (autoscaling/v1): ",
        Assert.Throws<ApiException>(() => Form.Stored(Document($"{{'apiVersion':'autoscaling/v1','kind':'HorizontalPodAutoscaler',{given}}}"))).Message, StringComparison.Ordinal);

    [Fact]
    public void All_Forms_AreFoundByThemselves() =>
        Assert.Equal(["autoscaling/v1", "events.k8s.io/v1"], SecondForm.All.Select(form => form.Kind.ApiVersion));

    private static string Words(string text) => text
        .Replace("CPU]", Cpu + "]", StringComparison.Ordinal).Replace("MEMORY", Memory, StringComparison.Ordinal).Replace("PREFIX", Prefix, StringComparison.Ordinal);

    private static JsonObject Document(string text) => JsonNode.Parse(Words(text).Replace(@"\'", "\\\"", StringComparison.Ordinal).Replace('\'', '"'))!.AsObject();

    private static T Read<T>(string text) where T : class, IApiObject, Google.Protobuf.IMessage<T>, new() =>
        JsonCodec.Decode<T>(Encoding.UTF8.GetBytes(Document(text).ToJsonString()));
}
