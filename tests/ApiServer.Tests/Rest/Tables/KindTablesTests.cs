using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Tables;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Tests.Rest.Tables;

public sealed class KindTablesTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("pods", "Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*")]
    [InlineData("nodes", "Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*")]
    [InlineData("namespaces", "Name|Status|Age")]
    [InlineData("events", "Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*")]
    [InlineData("services", "Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*")]
    [InlineData("endpoints", "Name|Endpoints|Age")]
    [InlineData("endpointslices", "Name|AddressType|Ports|Endpoints|Age")]
    [InlineData("configmaps", "Name|Data|Age")]
    [InlineData("secrets", "Name|Type|Data|Age")]
    [InlineData("serviceaccounts", "Name|Secrets|Age")]
    [InlineData("leases", "Name|Holder|Age")]
    [InlineData("deployments", "Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*")]
    [InlineData("replicasets", "Name|Desired|Current|Ready|Age|Containers*|Images*|Selector*")]
    [InlineData("daemonsets", "Name|Desired|Current|Ready|Up-to-date|Available|Node Selector|Age|Containers*|Images*|Selector*")]
    [InlineData("statefulsets", "Name|Ready|Age|Containers*|Images*")]
    [InlineData("jobs", "Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*")]
    [InlineData("cronjobs", "Name|Schedule|Timezone|Suspend|Active|Last Schedule|Age|Containers*|Images*|Selector*")]
    [InlineData("poddisruptionbudgets", "Name|Min Available|Max Unavailable|Allowed Disruptions|Age")]
    [InlineData("horizontalpodautoscalers", "Name|Reference|Targets|MinPods|MaxPods|Replicas|Age")]
    [InlineData("priorityclasses", "Name|Value|Global-Default|Age|PreemptionPolicy")]
    [InlineData("runtimeclasses", "Name|Handler|Age")]
    [InlineData("resourcequotas", "Name|Age|Request|Limit")]
    [InlineData("limitranges", "Name|Created At")]
    [InlineData("podtemplates", "Name|Containers|Images|Pod Labels")]
    [InlineData("persistentvolumeclaims", "Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*")]
    [InlineData("persistentvolumes", "Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*")]
    [InlineData("storageclasses", "Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age")]
    [InlineData("csinodes", "Name|Drivers|Age")]
    public void Columns_EveryKind_AreKubernetes(string plural, string expected)
    {
        var columns = KindTables.Of(Kind(plural).Descriptor).Columns;

        Assert.Equal(expected, string.Join('|', columns.Select(column => column.Name + (column.Priority == 1 ? "*" : ""))));
        Assert.Equal("Name", Assert.Single(columns, column => column.Format == "name").Name);
    }

    [Theory]
    [InlineData("nodes", """{"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1.32.4"}}}""",
        "x|Ready|<none>|5m|v1.32.4|<none>|<none>|<unknown>|<unknown>|<unknown>")]
    [InlineData("nodes", """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"","kubernetes.io/role":"a"}},"spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"Unknown"}],"addresses":[{"type":"InternalIP","address":"10.0.0.1"}],"nodeInfo":{"osImage":"os","kernelVersion":"6.1","containerRuntimeVersion":"sim://1"}}}""",
        "x|NotReady,SchedulingDisabled|a,control-plane|5m||10.0.0.1|<none>|os|6.1|sim://1")]
    [InlineData("nodes", "{}", "x|Unknown|<none>|5m||<none>|<none>|<unknown>|<unknown>|<unknown>")]
    [InlineData("namespaces", """{"status":{"phase":"Active"}}""", "x|Active|5m")]
    [InlineData("events", """{"type":"Normal","reason":"Pulled","message":" done\n","involvedObject":{"kind":"Pod","name":"p","fieldPath":"spec.containers{c}"},"source":{"component":"kubelet","host":"n1"},"firstTimestamp":"2030-01-01T11:00:00Z","lastTimestamp":"2030-01-01T11:59:00Z","count":4}""",
        "60s|Normal|Pulled|pod/p|spec.containers{c}|kubelet, n1|done|60m|4|x")]
    [InlineData("events", """{"type":"Normal","reason":"Scheduled","message":"m","involvedObject":{"kind":"Pod"},"reportingComponent":"default-scheduler","eventTime":"2030-01-01T11:59:30.000000Z"}""",
        "30s|Normal|Scheduled|pod||default-scheduler|m|30s|1|x")]
    [InlineData("events", """{"involvedObject":{},"eventTime":"2030-01-01T11:50:00.000000Z","series":{"count":7,"lastObservedTime":"2030-01-01T11:59:59.000000Z"}}""",
        "1s||||||" + "|10m|7|x")]
    [InlineData("services", """{"spec":{"type":"ClusterIP","clusterIPs":["10.96.0.1"],"ports":[{"port":443,"protocol":"TCP"},{"port":53,"nodePort":30053,"protocol":"UDP"}],"selector":{"b":"2","a":"1"}}}""",
        "x|ClusterIP|10.96.0.1|<none>|443/TCP,53:30053/UDP|5m|a=1,b=2")]
    [InlineData("services", """{"spec":{"type":"LoadBalancer","clusterIPs":["None"]}}""", "x|LoadBalancer|None|<pending>|<none>|5m|<none>")]
    [InlineData("services", """{"spec":{"type":"LoadBalancer","externalIPs":["9.9.9.9"]},"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}}""", "x|LoadBalancer|<none>|1.2.3.4,9.9.9.9|<none>|5m|<none>")]
    [InlineData("services", """{"spec":{"type":"ExternalName","externalName":"a.example"}}""", "x|ExternalName|<none>|a.example|<none>|5m|<none>")]
    [InlineData("endpoints", "{}", "x|<none>|5m")]
    [InlineData("endpoints", """{"subsets":[{"addresses":[{"ip":"1.1.1.1"},{"ip":"fd00::1"}],"ports":[{"port":80},{"port":81}]}]}""", "x|1.1.1.1:80,[fd00::1]:80,1.1.1.1:81 + 1 more...|5m")]
    [InlineData("endpoints", """{"subsets":[{"addresses":[{"ip":"1.1.1.1"}]}]}""", "x|1.1.1.1|5m")]
    [InlineData("endpointslices", """{"addressType":"IPv4","ports":[{"port":80},{"name":"n"},{}],"endpoints":[{"addresses":["1.1.1.1","2.2.2.2"]},{"addresses":["3.3.3.3","4.4.4.4"]}]}""",
        "x|IPv4|80,n,*|1.1.1.1,2.2.2.2,3.3.3.3 + 1 more...|5m")]
    [InlineData("endpointslices", """{"addressType":"IPv6"}""", "x|IPv6|<unset>|<unset>|5m")]
    [InlineData("configmaps", """{"data":{"a":"1"},"binaryData":{"b":"AA=="}}""", "x|2|5m")]
    [InlineData("secrets", """{"type":"Opaque","data":{"a":"AA=="}}""", "x|Opaque|1|5m")]
    [InlineData("serviceaccounts", "{}", "x|0|5m")]
    [InlineData("leases", """{"spec":{"holderIdentity":"me"}}""", "x|me|5m")]
    [InlineData("deployments", """{"spec":{"replicas":3,"selector":{"matchLabels":{"b":"2","a":"1"}},"template":{"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"j"}]}}},"status":{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}}""",
        "x|1/3|2|1|5m|c,d|i,j|a=1,b=2")]
    [InlineData("replicasets", """{"spec":{"replicas":3,"selector":{"matchExpressions":[{"key":"a","operator":"In","values":["2","1"]}]}},"status":{"replicas":2,"readyReplicas":1}}""", "x|3|2|1|5m|||a in (1,2)")]
    [InlineData("replicasets", """{"spec":{"selector":{"matchExpressions":[{"key":"a","operator":"X"}]}}}""", "x|0|0|0|5m|||<error>")]
    [InlineData("daemonsets", """{"spec":{"template":{"spec":{"nodeSelector":{"zone":"a"}}}},"status":{"desiredNumberScheduled":5,"currentNumberScheduled":4,"numberReady":3,"updatedNumberScheduled":2,"numberAvailable":1}}""",
        "x|5|4|3|2|1|zone=a|5m|||<none>")]
    [InlineData("podtemplates", """{"template":{"metadata":{"labels":{"b":"2","a":"1"}},"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"j"}]}}}""", "x|c,d|i,j|a=1,b=2")]
    [InlineData("statefulsets", """{"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}},"status":{"readyReplicas":1}}""", "x|1/3|5m|c|i")]
    [InlineData("jobs", """{"spec":{"completions":4},"status":{"succeeded":1,"startTime":"2030-01-01T11:59:00Z"}}""", "x|Running|1/4|60s|5m|||<none>")]
    [InlineData("jobs", """{"spec":{"parallelism":3},"status":{"conditions":[{"type":"Complete","status":"True"}],"succeeded":1,"startTime":"2030-01-01T11:00:00Z","completionTime":"2030-01-01T11:00:10Z"}}""", "x|Complete|1/1 of 3|10s|5m|||<none>")]
    [InlineData("jobs", """{"spec":{"parallelism":1},"status":{"conditions":[{"type":"Failed","status":"True"},{"type":"FailureTarget","status":"True"}]}}""", "x|Failed|0/1||5m|||<none>")]
    [InlineData("jobs", """{"metadata":{"deletionTimestamp":"2030-01-01T11:00:00Z"},"status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", "x|Terminating|0/1||5m|||<none>")]
    [InlineData("jobs", """{"status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", "x|Suspended|0/1||5m|||<none>")]
    [InlineData("cronjobs", """{"spec":{"schedule":"@daily","timeZone":"UTC","suspend":true,"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i"}]}}}}},"status":{"active":[{"name":"j"}],"lastScheduleTime":"2030-01-01T11:00:00Z"}}""",
        "x|@daily|UTC|True|1|60m|5m|c|i|<none>")]
    [InlineData("poddisruptionbudgets", """{"spec":{"maxUnavailable":"50%"},"status":{"disruptionsAllowed":2}}""", "x|N/A|50%|2|5m")]
    [InlineData("priorityclasses", """{"value":7,"globalDefault":true,"preemptionPolicy":"Never"}""", "x|7|True|5m|Never")]
    [InlineData("runtimeclasses", """{"handler":"runsc"}""", "x|runsc|5m")]
    [InlineData("persistentvolumes", """{"spec":{"capacity":{"storage":"5Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Retain","claimRef":{"namespace":"d","name":"c"},"storageClassName":"fast","volumeMode":"Block"},"status":{"phase":"Bound"}}""",
        "x|5Gi|RWO,RWX|Retain|Bound|d/c|fast|<unset>||5m|Block")]
    [InlineData("storageclasses", """{"provisioner":"a/b","reclaimPolicy":"Delete","volumeBindingMode":"Immediate"}""", "x|a/b|Delete|Immediate|false|5m")]
    [InlineData("csinodes", """{"spec":{"drivers":[{"name":"d","nodeID":"n"}]}}""", "x|1|5m")]
    [InlineData("resourcequotas", """{"status":{"hard":{"pods":"5","limits.cpu":"2","cpu":"1"},"used":{"pods":"2"}}}""", "x|5m|cpu: 0/1, pods: 2/5|limits.cpu: 0/2")]
    [InlineData("persistentvolumeclaims", """{"spec":{"volumeName":"v","storageClassName":"fast","volumeMode":"Block"},"status":{"phase":"Bound","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"]}}""",
        "x|Bound|v|1Gi|RWO,RWX|fast|<unset>|5m|Block")]
    [InlineData("persistentvolumeclaims", """{"status":{"phase":"Pending"}}""", "x|Pending|||||<unset>|5m|<unset>")]
    [InlineData("horizontalpodautoscalers", """{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"}}}""", "x|Deployment/web|<none>|<unset>|0|0|5m")]
    [InlineData("horizontalpodautoscalers", """{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"web"},"minReplicas":2,"maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]},"status":{"currentReplicas":3,"currentMetrics":[]}}""", "x|Deployment/web|cpu: <unknown>/80%|2|5|3|5m")]
    public void Row_Object_IsWhatKubectlPrints(string plural, string json, string expected)
    {
        var kind = Kind(plural);
        var obj = (IApiObject)JsonCodec.Decode(Encoding.UTF8.GetBytes(json), kind.Descriptor).Message;
        obj.Metadata.Name = "x";
        obj.Metadata.CreationTimestamp = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Now.AddMinutes(-5));

        Assert.Equal(expected, string.Join('|', KindTables.Of(kind.Descriptor).Row(obj, Now).Cells));
    }

    [Fact]
    public void Row_SecondForm_IsThatOfTheStoredKind()
    {
        var shown = new Protocol.Autoscaling.V1.HorizontalPodAutoscaler
        {
            Metadata = new() { Name = "x", CreationTimestamp = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Now.AddMinutes(-5)) },
            Spec = new() { ScaleTargetRef = new() { Kind = "Deployment", Name = "web" }, MinReplicas = 1, MaxReplicas = 2, TargetCpuUtilizationPercentage = 50 },
            Status = new() { CurrentReplicas = 1, CurrentCpuUtilizationPercentage = 20 },
        };

        Assert.Equal("x|Deployment/web|cpu: 20%/50%|1|2|1|5m", string.Join('|', KindTables.Of(SecondForms.HorizontalPodAutoscaler.Descriptor).Row(shown, Now).Cells));
        Assert.Equal(KindTables.Of(Kind("horizontalpodautoscalers").Descriptor).Columns, KindTables.Of(SecondForms.HorizontalPodAutoscaler.Descriptor).Columns);
    }

    [Fact]
    public void Row_KindWithoutATable_IsNameAndCreation()
    {
        var obj = new Protocol.Core.V1.Binding { Metadata = new() { Name = "b", CreationTimestamp = new() { Seconds = 1893499200 } } };

        Assert.Equal(["b", "2030-01-01T12:00:00Z"], KindTables.Of(Protocol.Core.V1.Binding.Descriptor).Row(obj, Now).Cells);
    }

    private static ApiKind Kind(string plural) => ApiKinds.All.Single(kind => kind.Plural == plural);
}
