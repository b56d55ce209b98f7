using System.Buffers.Text;
using System.Text;

using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class ListTests
{
    [EveryStoreFact]
    public async Task List_RightAfterAWrite_ShowsIt()
    {
        await using var rig = await StartAsync();

        for (var i = 0; i < 50; i++)
        {
            var created = await rig.CreateAsync(Map($"c{i:00}"));
            var list = await rig.ListAsync<ConfigMap>("default");
            Assert.Equal((i + 1, created.Metadata.ResourceVersion), (list.Items.Count, list.ResourceVersion));
        }
    }

    [EveryStoreFact]
    public async Task List_OneNamespace_HasNoNeighbours()
    {
        await using var rig = await StartAsync();
        foreach (var ns in (string[])["ns1", "ns10", "ns1-x"])
        {
            await rig.CreateAsync(new Namespace { Metadata = new() { Name = ns } });
            await rig.CreateAsync(Map("c", ns));
        }

        var list = await rig.ListAsync<ConfigMap>("ns1");

        Assert.Equal(["ns1"], list.Items.Select(item => item.Metadata.Namespace));
    }

    [EveryStoreTheory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task List_InPages_ShowsTheStateOfTheFirst(int limit)
    {
        await using var rig = await StartAsync();
        for (var i = 0; i < 10; i++) await rig.CreateAsync(Map($"c{i}"));
        var first = await rig.ListAsync<ConfigMap>("default", new() { Limit = limit });
        await rig.CreateAsync(Map("c5x"));
        await rig.DeleteAsync<ConfigMap>("default", "c9");

        var names = await RestAsync(rig, first, limit);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"c{i}"), names);
        Assert.Equal(10 - limit, first.RemainingItemCount);
    }

    [EveryStoreFact]
    public async Task List_PageThatMemoryHasForgotten_ComesFromTheStore()
    {
        await using var rig = await StartAsync(new() { HistorySize = 2 });
        for (var i = 0; i < 6; i++) await rig.CreateAsync(Map($"c{i}"));
        var first = await rig.ListAsync<ConfigMap>("default", new() { Limit = 2 });
        for (var i = 0; i < 6; i++) await rig.UpdateAsync<ConfigMap>("default", "c3", map => map.Data["i"] = $"{i}");
        await rig.SettledAsync();

        var second = await rig.ListAsync<ConfigMap>("default", new() { Limit = 2, Continue = first.Continue });
        var names = await RestAsync(rig, first, 2);

        Assert.Equal(["c0", "c1", "c2", "c3", "c4", "c5"], names);
        Assert.Equal(2, second.RemainingItemCount);
    }

    [EveryStoreFact]
    public async Task List_PageThatIsCompacted_IsExpiredAndOffersTheRest()
    {
        await using var rig = await StartAsync(new() { HistorySize = 2 });
        for (var i = 0; i < 6; i++) await rig.CreateAsync(Map($"c{i}"));
        var first = await rig.ListAsync<ConfigMap>("default", new() { Limit = 2 });
        for (var i = 0; i < 6; i++) await rig.UpdateAsync<ConfigMap>("default", "c3", map => map.Data["i"] = $"{i}");
        await rig.SettledAsync();
        await rig.Store.CompactAsync(rig.Store.Revision, default);

        var refusal = await RefusalAsync(() => rig.ListAsync<ConfigMap>("default", new() { Limit = 2, Continue = first.Continue }));
        var rest = await rig.ListAsync<ConfigMap>("default", new() { Continue = refusal.Metadata.Continue });

        Assert.Equal((410, "Expired"), (refusal.Code, refusal.Reason));
        Assert.StartsWith("The provided continue parameter is too old", refusal.Message);
        Assert.Equal(["c2", "c3", "c4", "c5"], rest.Items.Select(item => item.Metadata.Name));
    }

    [EveryStoreTheory]
    [InlineData("{\"v\":\"meta.k8s.io/v1\",\"rv\":99999999999999999999,\"start\":\"a\"}", "")]
    [InlineData("{\"v\":\"meta.k8s.io/v1\",\"rv\":5", "9")]        // its last character bears bits that belong to no byte
    public async Task List_UnreadableToken_IsABadRequest(string json, string more)
    {
        await using var rig = await StartAsync();
        var token = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json)) + more;

        Assert.Equal(400, (await RefusalAsync(() => rig.ListAsync<ConfigMap>("default", new() { Continue = token }))).Code);
    }

    [EveryStoreTheory]
    [InlineData("not a token", "illegal base64 data at input byte 3")]
    [InlineData("abcde", "illegal base64 data at input byte 5")]
    [InlineData("eyJ2IjoiMSJ9", "server does not recognize this encoded version")]
    public async Task List_BrokenToken_IsABadRequest(string token, string why)
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.ListAsync<ConfigMap>("default", new() { Continue = token }));

        Assert.Equal(400, refusal.Code);
        Assert.Equal($"continue key is not valid: {why}", refusal.Message);
    }

    [EveryStoreFact]
    public async Task List_ExactRevision_ShowsThePast()
    {
        await using var rig = await StartAsync();
        var then = await rig.CreateAsync(Map("c"));
        await rig.UpdateAsync<ConfigMap>("default", "c", map => map.Data["a"] = "1");
        await rig.DeleteAsync<ConfigMap>("default", "c");

        var list = await rig.ListAsync<ConfigMap>("default", new() { ResourceVersion = then.Metadata.ResourceVersion, ResourceVersionMatch = "Exact" });

        Assert.Equal(then, list.Items.Single());
        Assert.Equal(then.Metadata.ResourceVersion, list.ResourceVersion);
    }

    [EveryStoreTheory]
    [InlineData("a=1", "", "c1")]
    [InlineData("a", "", "c1,c2")]
    [InlineData("!a", "", "c3,kube")]
    [InlineData("a in (2,3)", "", "c2")]
    [InlineData("", "metadata.name=c3", "c3")]
    [InlineData("a", "metadata.name!=c1", "c2")]
    public async Task List_WithSelectors_ShowsWhatMatches(string labels, string fields, string expected)
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Map("c1", labels: ("a", "1")));
        await rig.CreateAsync(Map("c2", labels: ("a", "2")));
        await rig.CreateAsync(Map("c3"));
        await rig.CreateAsync(Map("kube"));

        var list = await rig.ListAsync<ConfigMap>("default", new() { LabelSelector = labels, FieldSelector = fields });

        Assert.Equal(expected, string.Join(',', list.Items.Select(item => item.Metadata.Name)));
    }

    [EveryStoreFact]
    public async Task List_UnknownField_IsABadRequest()
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.ListAsync<Pod>("default", new() { FieldSelector = "spec.image=x" }));

        Assert.Equal((400, "field label not supported: spec.image"), (refusal.Code, refusal.Message));
    }

    [EveryStoreTheory]
    [InlineData("", "Exact", "", "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("0", "Exact", "", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("5", "Exact", "x", "resourceVersionMatch is forbidden when continue is provided")]
    public async Task List_ContradictoryOptions_AreInvalid(string version, string match, string token, string message)
    {
        await using var rig = await StartAsync();

        var refusal = await RefusalAsync(() => rig.ListAsync<Pod>("default", new() { ResourceVersion = version, ResourceVersionMatch = match, Continue = token }));

        Assert.Equal(422, refusal.Code);
        Assert.Contains(message, refusal.Message);
    }

    [EveryStoreFact]
    public async Task List_FutureRevision_TimesOutWithACauseToRetry()
    {
        await using var rig = await StartAsync();
        await rig.SettledAsync();
        var (future, timers) = (rig.Store.Revision + 1000, rig.Time);

        var list = rig.ListAsync<Pod>("default", new() { ResourceVersion = $"{future}" });
        while (!list.IsCompleted) timers.Advance(TimeSpan.FromSeconds(3));
        var refusal = await RefusalAsync(() => list);

        Assert.Equal((504, $"Timeout: Too large resource version: {future}, current: {rig.Store.Revision}"), (refusal.Code, refusal.Message));
        Assert.Equal("ResourceVersionTooLarge", refusal.Details.Causes.Single().Reason);
    }

    private static ConfigMap Map(string name, string ns = "default", params (string Key, string Value)[] labels)
    {
        var map = new ConfigMap { Metadata = new() { Name = name, Namespace = ns } };
        foreach (var (key, value) in labels) map.Metadata.Labels[key] = value;
        return map;
    }

    private static async Task<List<string>> RestAsync(RegistryRig rig, ObjectList page, int limit)
    {
        var names = page.Items.Select(item => item.Metadata.Name).ToList();
        var version = page.ResourceVersion;
        while (page.Continue.Length > 0)
        {
            page = await rig.ListAsync<ConfigMap>("default", new ListOptions { Limit = limit, Continue = page.Continue });
            Assert.Equal(version, page.ResourceVersion);
            names.AddRange(page.Items.Select(item => item.Metadata.Name));
        }
        return names;
    }
}
