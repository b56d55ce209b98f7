using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Rest.Tables;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Tests.Rest.Tables;

/// <summary>The targets of HorizontalPodAutoscalers in a table; quotes are single.</summary>
public sealed class HorizontalPodAutoscalerTableTests
{
    [Theory]
    [InlineData("CPU", "", "cpu: <unknown>/80%")]
    [InlineData("CPU", "{'resource':{'name':'cpu','current':{'averageUtilization':40,'averageValue':'1'}}}", "cpu: 40%/80%")]
    [InlineData("CPU", "{'resource':{'name':'cpu','current':{'averageValue':'1'}}}", "cpu: <unknown>/80%")]
    [InlineData("{'type':'Resource','resource':{'name':'memory','target':{'averageValue':'1Gi'}}}", "{'resource':{'current':{'averageValue':'100Mi'}}}", "memory: 100Mi/1Gi")]
    [InlineData("{'type':'Resource','resource':{'name':'memory','target':{}}}", "", "memory: <unknown>/<auto>")]
    [InlineData("{'type':'ContainerResource','containerResource':{'name':'cpu','target':{'averageValue':'2'}}}", "{'containerResource':{'current':{'averageValue':'1'}}}", "cpu: 1/2")]
    [InlineData("{'type':'ContainerResource','containerResource':{'name':'cpu','target':{'averageUtilization':9}}}", "{'containerResource':{'current':{'averageUtilization':8}}}", "cpu: 8%/9%")]
    [InlineData("{'type':'Pods','pods':{'target':{'averageValue':'50'}}}", "{'pods':{'current':{'averageValue':'10'}}}", "10/50")]
    [InlineData("{'type':'Pods','pods':{'target':{'averageValue':'50'}}}", "", "<unknown>/50")]
    [InlineData("{'type':'Object','object':{'target':{'value':'7'}}}", "{'object':{'current':{'value':'6'}}}", "6/7")]
    [InlineData("{'type':'Object','object':{'target':{'averageValue':'7'}}}", "{'object':{'current':{'value':'6'}}}", "<unknown>/7 (avg)")]
    [InlineData("{'type':'External','external':{'target':{'averageValue':'9'}}}", "{'external':{'current':{'averageValue':'8'}}}", "8/9 (avg)")]
    [InlineData("{'type':'External','external':{'target':{'value':'9'}}}", "{'external':{'current':{}}}", "<nil>/9")]
    [InlineData("{'type':'X'}", "", "<unknown type>")]
    [InlineData("CPU,{'type':'Pods','pods':{'target':{'averageValue':'5'}}}", "{'pods':{}},{'pods':{'current':{'averageValue':'1'}}}", "cpu: <unknown>/80%, 1/5")]
    [InlineData("CPU,CPU,CPU,CPU", "", "cpu: <unknown>/80%, cpu: <unknown>/80% + 2 more...")]
    [InlineData("", "", "<none>")]
    public void Targets_EachMetric_IsOverItsTarget(string metrics, string current, string expected)
    {
        var json = $"{{'spec':{{'metrics':[{metrics}]}},'status':{{'currentMetrics':[{current}]}}}}"
            .Replace("CPU", "{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':80}}}", StringComparison.Ordinal);
        var obj = JsonCodec.Decode<HorizontalPodAutoscaler>(Encoding.UTF8.GetBytes(json.Replace('\'', '"')));

        Assert.Equal(expected, KindTables.Of(HorizontalPodAutoscaler.Descriptor).Row(obj, DateTimeOffset.UnixEpoch).Cells[2]);
    }
}
