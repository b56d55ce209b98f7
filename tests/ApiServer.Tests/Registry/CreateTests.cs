using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class CreateTests
{
    [EveryStoreFact]
    public async Task Create_Pod_FillsWhatTheServerOwns()
    {
        await using var rig = await StartAsync();

        var pod = await rig.CreateAsync(Pod("web", pod => pod.Status = new PodStatus { Phase = "Running", PodIp = "1.2.3.4" }));

        Assert.Equal(36, pod.Metadata.Uid.Length);
        Assert.Equal(Noon, pod.Metadata.CreationTimestamp.ToDateTimeOffset());
        Assert.Equal($"{rig.Store.Revision}", pod.Metadata.ResourceVersion);
        Assert.Equal(new PodStatus { Phase = "Pending", QosClass = "BestEffort" }, pod.Status);
        Assert.Equal("default", pod.Spec.ServiceAccountName);
        Assert.Equal("default", pod.Spec.ServiceAccount);
        Assert.Equal((0, "PreemptLowerPriority"), (pod.Spec.Priority, pod.Spec.PreemptionPolicy));
        Assert.Equal(
            ["node.kubernetes.io/not-ready Exists NoExecute 300", "node.kubernetes.io/unreachable Exists NoExecute 300"],
            pod.Spec.Tolerations.Select(each => $"{each.Key} {each.Operator} {each.Effect} {each.TolerationSeconds}"));
        Assert.Equal(pod, await rig.GetAsync<Pod>("default", "web"));
    }

    [EveryStoreFact]
    public async Task Create_PodWithLabelKeys_HasItsValuesInTheSelectors()
    {
        await using var rig = await StartAsync();
        var term = new PodAffinityTerm
        {
            TopologyKey = "zone", LabelSelector = new() { MatchLabels = { ["app"] = "web" } }, MatchLabelKeys = { "version", "absent" }, MismatchLabelKeys = { "tenant" },
        };
        var terms = new PodAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = { term },
            PreferredDuringSchedulingIgnoredDuringExecution = { new WeightedPodAffinityTerm { Weight = 1, PodAffinityTerm = term.Clone() } },
        };
        var anti = new PodAntiAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = { term.Clone() },
            PreferredDuringSchedulingIgnoredDuringExecution = { new WeightedPodAffinityTerm { Weight = 1, PodAffinityTerm = term.Clone() } },
        };

        var pod = await rig.CreateAsync(Pod("web", pod =>
        {
            pod.Metadata.Labels.Add(new Dictionary<string, string> { ["app"] = "web", ["version"] = "1", ["tenant"] = "blue" });
            pod.Spec.Affinity = new Affinity { PodAffinity = terms, PodAntiAffinity = anti };
        }));

        var merged = term.Clone();
        merged.LabelSelector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "version", Operator = "In", Values = { "1" } });
        merged.LabelSelector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "tenant", Operator = "NotIn", Values = { "blue" } });
        PodAffinityTerm[] created =
        [
            pod.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0],
            pod.Spec.Affinity.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm,
            pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution[0],
            pod.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm,
        ];
        Assert.All(created, each => Assert.Equal(merged, each));
    }

    [EveryStoreFact]
    public async Task Create_PodSelectsByALabelKeyItself_IsRefused()
    {
        await using var rig = await StartAsync();
        var term = new PodAffinityTerm { TopologyKey = "zone", LabelSelector = new() { MatchLabels = { ["version"] = "1" } }, MatchLabelKeys = { "version" } };

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", pod =>
        {
            pod.Metadata.Labels.Add("version", "1");
            pod.Spec.Affinity = new Affinity { PodAffinity = new PodAffinity { RequiredDuringSchedulingIgnoredDuringExecution = { term } } };
        })));

        Assert.Equal(
            "Pod \"web\" is invalid: spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0][0]: Invalid value: \"version\": "
            + "exists in both matchLabelKeys and labelSelector", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Create_SpreadWithLabelKeys_LeavesThemToTheScheduler()
    {
        await using var rig = await StartAsync();
        var constraint = new TopologySpreadConstraint
        {
            MaxSkew = 1, TopologyKey = "zone", WhenUnsatisfiable = "DoNotSchedule", LabelSelector = new() { MatchLabels = { ["app"] = "web" } }, MatchLabelKeys = { "version" },
        };

        var pod = await rig.CreateAsync(Pod("web", pod =>
        {
            pod.Metadata.Labels.Add("version", "1");
            pod.Spec.TopologySpreadConstraints.Add(constraint);
        }));

        Assert.Equal(constraint, Assert.Single(pod.Spec.TopologySpreadConstraints));
    }

    [EveryStoreFact]
    public async Task Create_NameIsTaken_IsRefusedWithTheName()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web")));

        Assert.Equal((409, "AlreadyExists", "pods \"web\" already exists"), (refusal.Code, refusal.Reason, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_NameIsHeldByADeletion_SaysSo()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web", pod => pod.Metadata.Finalizers.Add("example.com/hold")));
        await rig.DeleteAsync<Pod>("default", "web");

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web")));

        Assert.Equal("object is being deleted: pods \"web\" already exists", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Create_WithAResourceVersion_IsRefusedWithoutAReason()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", pod => pod.Metadata.ResourceVersion = "5")));

        Assert.Equal((500, "", "resourceVersion should not be set on objects to be created"), (refusal.Code, refusal.Reason, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_WithGenerateName_DrawsFiveCharactersMore()
    {
        await using var rig = await StartAsync();

        var pod = await rig.CreateAsync(Pod("", pod => pod.Metadata.GenerateName = new string('w', 60)));

        Assert.Matches("^w{58}[bcdfghjklmnpqrstvwxz2456789]{5}$", pod.Metadata.Name);
    }

    [EveryStoreFact]
    public async Task Create_DryRun_AnswersTheObjectAndStoresNothing()
    {
        await using var rig = await StartAsync();
        var before = rig.Store.Revision;

        var pod = await rig.CreateAsync(Pod("web"), new() { DryRun = { "All" } });

        Assert.NotEmpty(pod.Metadata.Uid);
        Assert.Empty(pod.Metadata.ResourceVersion);
        Assert.Equal(before, rig.Store.Revision);
    }

    [EveryStoreFact]
    public async Task Create_DryRunWithAnotherValue_IsRefused()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web"), new() { DryRun = { "Some" } }));

        Assert.Equal(422, refusal.Code);
        Assert.Contains("dryRun: Unsupported value", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Create_InAMissingNamespace_IsNotFound()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", pod => pod.Metadata.Namespace = "nowhere")));

        Assert.Equal((404, "namespaces \"nowhere\" not found"), (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Create_InATerminatingNamespace_IsForbidden()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(new Namespace { Metadata = new() { Name = "doomed" } });
        await rig.DeleteAsync<Namespace>("", "doomed");
        await rig.SettledAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(new ConfigMap { Metadata = new() { Name = "c", Namespace = "doomed" } }));

        Assert.Equal((403, "configmaps \"c\" is forbidden: unable to create new content in namespace doomed because it is being terminated"),
            (refusal.Code, refusal.Message));
        Assert.Equal("NamespaceTerminating", refusal.Details.Causes.Single().Reason);
    }

    [EveryStoreFact]
    public async Task Create_PodWithoutItsServiceAccount_IsForbidden()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.CreateAsync(Pod("web", pod => pod.Spec.ServiceAccountName = "ghost")));

        Assert.Equal("pods \"web\" is forbidden: error looking up service account default/ghost: serviceaccount \"ghost\" not found", refusal.Message);
    }

    [EveryStoreTheory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a%b")]
    [InlineData("a\0b")]
    [InlineData("..")]
    public async Task Get_NameThatLeadsElsewhere_IsABadRequest(string name)
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.GetAsync<Pod>("default", name));

        Assert.Equal(400, refusal.Code);
    }

    [EveryStoreFact]
    public async Task Create_Values_StandUnderTheKeysOfKubernetesInItsEnvelope()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.CreateAsync(new Node { Metadata = new() { Name = "n1" } });

        var pod = await rig.Store.RangeAsync(ApiServer.Storage.StoreRange.One("/registry/pods/default/web"), default);
        var node = await rig.Store.RangeAsync(ApiServer.Storage.StoreRange.One("/registry/minions/n1"), default);

        Assert.StartsWith("k8s\0", pod.Items.Single().Value.ToStringUtf8());
        Assert.Single(node.Items);
    }
}
