using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Batch.V1;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class JobTests
{
    [EveryStoreFact]
    public async Task Create_Job_GetsASelectorOfItsOwn()
    {
        await using var rig = await StartAsync();

        var job = await rig.CreateAsync(Job("pi"));

        var uid = job.Metadata.Uid;
        Assert.Equal(("batch.kubernetes.io/controller-uid", uid), job.Spec.Selector.MatchLabels.Select(label => (label.Key, label.Value)).Single());
        Assert.Equal([("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", "pi"), ("controller-uid", uid), ("job-name", "pi")],
            job.Spec.Template.Metadata.Labels.Select(label => (label.Key, label.Value)).Order());
        Assert.Equal(job.Spec.Template.Metadata.Labels, job.Metadata.Labels);
        Assert.Equal(1, job.Metadata.Generation);
    }

    [EveryStoreFact]
    public async Task Create_JobWithAnothersLabels_IsRefused()
    {
        await using var rig = await StartAsync();
        var job = Job("pi");
        job.Spec.Template.Metadata = new() { Labels = { ["job-name"] = "other" } };

        var refusal = await RefusalAsync(() => rig.CreateAsync(job));

        Assert.Contains("spec.template.metadata.labels[job-name]: Invalid value: map[string]string{", refusal.Message);
        Assert.Contains("must be 'pi'", refusal.Message);
    }

    [EveryStoreFact]
    public async Task List_BySuccesses_SelectsJobs()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Job("pi"));

        var none = await rig.ListAsync<Job>("default", new() { FieldSelector = "status.successful=0" });
        var some = await rig.ListAsync<Job>("default", new() { FieldSelector = "status.successful!=0" });

        Assert.Equal(["pi"], none.Items.Select(item => item.Metadata.Name));
        Assert.Empty(some.Items);
    }

    private static Job Job(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Template = new() { Spec = new() { RestartPolicy = "Never", Containers = { new Container { Name = "c", Image = "busybox:1" } } } } },
    };
}
