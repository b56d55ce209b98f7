using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>Deployments, ReplicaSets, DaemonSets and StatefulSets: defaults, what they must be, what may change.</summary>
public sealed class AppsRulesTests
{
    private const string Mismatch = "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"x\"}: `selector` does not match template `labels`";
    private const string Replaced = "v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"y\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}";
    private const string Empty = "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for ";
    private const string OnlyAlways = "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"";
    private const string Percent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    private const string Frozen = "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

    [Fact]
    public void Defaults_Deployment_AreThoseOfKubernetes()
    {
        var spec = Manifests.Read<Deployment>("{META,'spec':{SELECTOR,TEMPLATE}}").Spec;

        Assert.Equal((1, 10, 600, "RollingUpdate"), (spec.Replicas, spec.RevisionHistoryLimit, spec.ProgressDeadlineSeconds, spec.Strategy.Type));
        Assert.Equal(("25%", "25%"), (spec.Strategy.RollingUpdate.MaxUnavailable.StrVal, spec.Strategy.RollingUpdate.MaxSurge.StrVal));
        Assert.Equal(("Always", "ClusterFirst", "IfNotPresent"),
            (spec.Template.Spec.RestartPolicy, spec.Template.Spec.DnsPolicy, spec.Template.Spec.Containers[0].ImagePullPolicy));
    }

    [Fact]
    public void Defaults_Template_LeaveRequestsApartFromLimits()
    {
        var spec = Manifests.Read<ReplicaSet>(
            "{META,'spec':{SELECTOR,'template':{'spec':{'containers':[{'name':'c','resources':{'limits':{'cpu':'1'}}}]}}}}").Spec;

        Assert.Equal(1, spec.Replicas);
        Assert.Empty(spec.Template.Spec.Containers[0].Resources.Requests);
    }

    [Fact]
    public void Defaults_ReplicasOfNone_StayNone() => Assert.Equal(0, Manifests.Read<Deployment>("{META,'spec':{'replicas':0}}").Spec.Replicas);

    [Fact]
    public void Defaults_DaemonSet_AreThoseOfKubernetes()
    {
        var spec = Manifests.Read<DaemonSet>("{META,'spec':{SELECTOR,TEMPLATE}}").Spec;

        Assert.Equal((10, "RollingUpdate", 1, 0),
            (spec.RevisionHistoryLimit, spec.UpdateStrategy.Type, spec.UpdateStrategy.RollingUpdate.MaxUnavailable.IntVal, spec.UpdateStrategy.RollingUpdate.MaxSurge.IntVal));
    }

    [Fact]
    public void Defaults_StatefulSet_AreThoseOfKubernetes()
    {
        var spec = Manifests.Read<StatefulSet>("{META,'spec':{SELECTOR,TEMPLATE,'volumeClaimTemplates':[{'metadata':{'name':'d'}}]}}").Spec;

        Assert.Equal((1, 10, "OrderedReady", "RollingUpdate"), (spec.Replicas, spec.RevisionHistoryLimit, spec.PodManagementPolicy, spec.UpdateStrategy.Type));
        Assert.True(spec.UpdateStrategy.RollingUpdate.HasPartition);
        Assert.Equal(("Retain", "Retain"), (spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted, spec.PersistentVolumeClaimRetentionPolicy.WhenScaled));
        Assert.Equal(("Pending", "Filesystem"), (spec.VolumeClaimTemplates[0].Status.Phase, spec.VolumeClaimTemplates[0].Spec.VolumeMode));
    }

    [Theory]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE}}", "")]
    [InlineData("{META,'spec':{TEMPLATE}}", "spec.selector: Required value|" + Mismatch)]
    [InlineData("{META,'spec':{'selector':{},TEMPLATE}}", Empty + "deployment")]
    [InlineData("{META,'spec':{'selector':{'matchLabels':{'app':'y'}},TEMPLATE}}", Mismatch)]
    [InlineData("{META,'spec':{'selector':{'matchExpressions':[{'key':'app','operator':'In','values':['x','z']}]},TEMPLATE}}", "")]
    [InlineData("{META,'spec':{'selector':{'matchExpressions':[{'key':'app','operator':'X'}]},TEMPLATE}}",
        "spec.selector.matchExpressions[0].operator: Invalid value: \"X\": not a valid selector operator|spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), "
        + "MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:\"app\", Operator:\"X\", Values:[]string(nil)}}}: invalid label selector")]
    [InlineData("{META,'spec':{SELECTOR,'template':{'spec':{CONTAINERS}}}}", "spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`")]
    [InlineData("{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{}}}}", "spec.template.spec.containers: Required value")]
    [InlineData("{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'restartPolicy':'Never'}}}}", OnlyAlways)]
    [InlineData("{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'activeDeadlineSeconds':5}}}}",
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported")]
    [InlineData("{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'ephemeralContainers':[{'name':'d','image':'i'}]}}}}",
        "spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template")]
    [InlineData("{META,'spec':{'replicas':-1,SELECTOR,TEMPLATE}}", "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'minReadySeconds':600}}", "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'strategy':{'type':'X'}}}",
        "spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:\"X\", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: \"Recreate\", \"RollingUpdate\"")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'strategy':{'type':'Recreate','rollingUpdate':{}}}}", "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'strategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':'0%'}}}}",
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: may not be 0 when `maxSurge` is 0")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'strategy':{'rollingUpdate':{'maxUnavailable':'101%','maxSurge':'many'}}}}",
        "spec.strategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"many\"}: " + Percent
        + "|spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"101%\"}: must not be greater than 100%")]
    public void Validate_Deployment_SaysWhatIsWrong(string json, string expected) => Assert.Equal(expected, Manifests.Faults("Deployment", json));

    [Theory]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE}}", "")]
    [InlineData("{META,'spec':{TEMPLATE}}", "spec.selector: Required value|" + Mismatch)]
    [InlineData("{META,'spec':{'selector':{},TEMPLATE}}", Empty + "deployment")]
    [InlineData("{META,'spec':{'minReadySeconds':-1,SELECTOR,TEMPLATE}}", "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0")]
    public void Validate_ReplicaSet_SaysWhatIsWrong(string json, string expected) => Assert.Equal(expected, Manifests.Faults("ReplicaSet", json));

    [Theory]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE}}", "")]
    [InlineData("{META,'spec':{TEMPLATE}}", Mismatch)]
    [InlineData("{META,'spec':{'selector':{},TEMPLATE}}", Empty + "daemonset")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'type':'OnDelete'}}}", "")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'type':'X'}}}",
        "spec.updateStrategy: Unsupported value: apps.DaemonSetUpdateStrategy{Type:\"X\", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}: supported values: \"RollingUpdate\", \"OnDelete\"")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'rollingUpdate':{'maxSurge':1}}}}",
        "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:0, IntVal:1, StrVal:\"\"}: may not be set when maxUnavailable is non-zero")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'rollingUpdate':{'maxUnavailable':0}}}}",
        "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'rollingUpdate':{'maxUnavailable':0,'maxSurge':'10%'}}}}", "")]
    public void Validate_DaemonSet_SaysWhatIsWrong(string json, string expected) => Assert.Equal(expected, Manifests.Faults("DaemonSet", json));

    [Theory]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'serviceName':'s'}}", "")]
    [InlineData("{META,'spec':{TEMPLATE}}", "spec.selector: Required value|" + Mismatch)]
    [InlineData("{META,'spec':{'selector':{},TEMPLATE}}", Empty + "statefulset")]
    [InlineData("{'metadata':{'name':'a.b','namespace':'default'},'spec':{SELECTOR,TEMPLATE}}", "metadata.name: Invalid value: \"a.b\": must not contain dots")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'podManagementPolicy':'X'}}", "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'type':'X'}}}",
        "spec.updateStrategy: Invalid value: apps.StatefulSetUpdateStrategy{Type:\"X\", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}: must be 'RollingUpdate' or 'OnDelete'")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'type':'OnDelete','rollingUpdate':{}}}}",
        "spec.updateStrategy.rollingUpdate: Invalid value: apps.RollingUpdateStatefulSetStrategy{Partition:0, MaxUnavailable:(*intstr.IntOrString)(nil)}: only allowed for updateStrategy 'RollingUpdate'")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition':-1}}}}",
        "spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'ordinals':{'start':-1}}}", "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("{META,'spec':{SELECTOR,TEMPLATE,'persistentVolumeClaimRetentionPolicy':{'whenScaled':'X'}}}",
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"X\": supported values: \"Retain\", \"Delete\"")]
    [InlineData("{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'restartPolicy':'Never'}}}}", OnlyAlways)]
    public void Validate_StatefulSet_SaysWhatIsWrong(string json, string expected) => Assert.Equal(expected, Manifests.Faults("StatefulSet", json));

    [Theory]
    [InlineData("Deployment")]
    [InlineData("ReplicaSet")]
    [InlineData("DaemonSet")]
    public void Update_Selector_IsImmutable(string kind) => Assert.Equal(
        $"spec.selector: Invalid value: {Replaced}: field is immutable",
        Manifests.Faults(kind, "{META,'spec':{SELECTOR,TEMPLATE}}",
            "{META,'spec':{'selector':{'matchLabels':{'app':'y'}},'template':{'metadata':{'labels':{'app':'y'}},'spec':{CONTAINERS}}}}"));

    [Theory]
    [InlineData("'replicas':3", "")]
    [InlineData("'minReadySeconds':3", "")]
    [InlineData("'ordinals':{'start':1}", "")]
    [InlineData("'updateStrategy':{'type':'OnDelete'}", "")]
    [InlineData("'persistentVolumeClaimRetentionPolicy':{'whenDeleted':'Delete'}", "")]
    [InlineData("'serviceName':'other'", Frozen)]
    [InlineData("'podManagementPolicy':'Parallel'", Frozen)]
    [InlineData("'revisionHistoryLimit':3", Frozen)]
    [InlineData("'volumeClaimTemplates':[{'metadata':{'name':'d'}}]", Frozen)]
    public void Update_StatefulSet_AllowsAFewFields(string field, string expected) =>
        Assert.Equal(expected, Manifests.Faults("StatefulSet", "{META,'spec':{SELECTOR,TEMPLATE}}", "{META,'spec':{SELECTOR,TEMPLATE," + field + "}}"));

    [Fact]
    public void Update_StatefulSetTemplate_IsAllowed() => Assert.Equal("", Manifests.Faults(
        "StatefulSet", "{META,'spec':{SELECTOR,TEMPLATE}}", "{META,'spec':{SELECTOR,'template':{'metadata':{'labels':{'app':'x','v':'2'}},'spec':{CONTAINERS}}}}"));

    [Theory]
    [InlineData("Deployment", "'replicas':1,'readyReplicas':2,'availableReplicas':3",
        "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas|status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas"
        + "|status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas")]
    [InlineData("Deployment", "'unavailableReplicas':-1", "status.unavailableReplicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("ReplicaSet", "'replicas':1,'fullyLabeledReplicas':2", "status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas")]
    [InlineData("StatefulSet", "'replicas':2,'readyReplicas':1,'availableReplicas':2", "status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas")]
    [InlineData("DaemonSet", "'numberReady':-1", "status.numberReady: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("DaemonSet", "'collisionCount':1", "status.collisionCount: Invalid value: 1: cannot be decremented")]
    public void UpdateStatus_Numbers_FitTogether(string kind, string status, string expected) => Assert.Equal(expected, Manifests.StatusFaults(
        kind, "{META,'spec':{SELECTOR,TEMPLATE},'status':{" + (expected.Contains("decremented", StringComparison.Ordinal) ? "'collisionCount':2" : "") + "}}",
        "{META,'spec':{SELECTOR,TEMPLATE},'status':{" + status + "}}"));
}
