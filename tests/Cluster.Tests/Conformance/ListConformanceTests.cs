using System.Text.Json.Nodes;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 2: paging, discovery, version [test/e2e/apimachinery/chunking.go, discovery.go, aggregated_discovery.go, server_version.go].</summary>
[Collection("lab")]
public sealed class ListConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const int Objects = 60;
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    // Upstream's list, as far as the groups are served: what is missing, the checklist says.
    private static readonly (string GroupVersion, string Resource)[] Builtins =
    [
        ("apps/v1", "deployments"), ("batch/v1", "jobs"), ("coordination.k8s.io/v1", "leases"), ("discovery.k8s.io/v1", "endpointslices"),
        ("events.k8s.io/v1", "events"), ("node.k8s.io/v1", "runtimeclasses"), ("policy/v1", "poddisruptionbudgets"), ("scheduling.k8s.io/v1", "priorityclasses"),
    ];

    [ConformanceFact("API Chunking, server should return chunks of results for list calls")]
    public async Task Lists_InPages_AreOneState()
    {
        var templates = await TemplatesAsync();
        foreach (var limit in new[] { 1, 7, 40 })
        {
            var (found, version, next) = (0, "", "");
            do
            {
                var page = await templates.ListAsync($"?limit={limit}&continue={next}");
                var names = page.Names().ToList();
                (version, next) = (version.Length == 0 ? page.Version() : version, page.Text("metadata/continue"));

                Assert.InRange(names.Count, 1, limit);
                Assert.Equal(version, page.Version());
                Assert.Equal(Enumerable.Range(found, names.Count).Select(Name), names);
                found += names.Count;
                Assert.Equal(next.Length == 0 ? "" : $"{Objects - found}", page.Text("metadata/remainingItemCount"));
            }
            while (next.Length > 0);
            Assert.Equal(Objects, found);
        }

        Assert.Equal(Objects, (await templates.ListAsync($"?limit={Objects + 1}")).Names().Count());
    }

    [ConformanceFact("API Chunking, continue listing from the last key after compaction", "etcdctl")]
    public async Task List_PageOfACompactedState_GoesOnInAnother()
    {
        const int limit = Objects / 3;
        var templates = await TemplatesAsync();
        var first = await templates.ListAsync($"?limit={limit}");
        await ForgetHistoryAsync();

        var expired = await ApiRefusal.OfAsync(() => templates.ListAsync($"?limit={limit}&continue={first.Text("metadata/continue")}"));
        var token = expired.Status.Text("metadata/continue");
        var second = await templates.ListAsync($"?limit={limit}&continue={token}");
        var third = await templates.ListAsync($"?limit={limit}&continue={second.Text("metadata/continue")}");

        Assert.Equal((410, "Expired"), (expired.Code, expired.Reason));
        Assert.NotEqual(first.Version(), second.Version());
        Assert.Equal(Enumerable.Range(limit, limit).Select(Name), second.Names());
        Assert.Equal($"{limit}", second.Text("metadata/remainingItemCount"));
        Assert.Equal(Enumerable.Range(2 * limit, limit).Select(Name), third.Names());
        Assert.Equal((second.Version(), "", ""), (third.Version(), third.Text("metadata/continue"), third.Text("metadata/remainingItemCount")));
    }

    [ConformanceFact("API metadata HTTP return")]
    public async Task Table_OfAKindThatIsNeverPrinted_IsNotAcceptable()
    {
        const string review = """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"nonResourceAttributes":{"path":"/","verb":"get"} } }""";
        const string path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

        var table = await AskAsync(HttpMethod.Post, path, review, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        var plain = await AskAsync(HttpMethod.Post, path, review, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");

        Assert.Equal((406, "NotAcceptable"), (table.Code, JsonNode.Parse(table.Body).Text("reason")));
        Assert.Equal((201, "SelfSubjectAccessReview"), (plain.Code, JsonNode.Parse(plain.Body).Text("kind")));
    }

    [ConformanceFact("Discovery, groupVersion and a resource from each APIGroup", Half = "the groups that are served")]
    public async Task Discovery_EachGroupVersion_ListsItsResources()
    {
        foreach (var (groupVersion, resource) in Builtins.Append(("v1", "namespaces")))
        {
            var list = await GetAsync($"/{(groupVersion == "v1" ? "api" : "apis")}/{groupVersion}");

            Assert.Equal(groupVersion, list.Text("groupVersion"));
            Assert.Contains(list["resources"]!.AsArray(), each => each.Text("name") == resource && each!["verbs"]!.AsArray().Count > 0);
        }
    }

    [ConformanceFact("Discovery, PreferredVersion for each APIGroup")]
    public async Task Discovery_EachGroup_PrefersAVersionOfItsOwn()
    {
        var groups = (await GetAsync("/apis/"))["groups"]!.AsArray();

        Assert.NotEmpty(groups);
        foreach (var name in groups.Select(group => group.Text("name")))
        {
            var group = await GetAsync($"/apis/{name}/");
            Assert.Contains(group.Text("preferredVersion/groupVersion"), group["versions"]!.AsArray().Select(version => version.Text("groupVersion")));
        }
    }

    [ConformanceFact("Aggregated Discovery Interface", Half = "the groups that are served")]
    public async Task AggregatedDiscovery_TwoRequests_TellEverything()
    {
        var (core, groups) = (await GetAsync("/api", Aggregated), await GetAsync("/apis", Aggregated));

        Assert.True(Has(core, "v1", "namespaces"));
        Assert.All(Builtins, builtin => Assert.True(Has(groups, builtin.GroupVersion, builtin.Resource), builtin.Resource));
        // What is told in one document is what each group tells of itself.
        foreach (var group in (await GetAsync("/apis"))["groups"]!.AsArray().Select(group => group.Text("preferredVersion/groupVersion")))
        {
            var resources = (await GetAsync($"/apis/{group}"))["resources"]!.AsArray().Select(each => each.Text("name")).Where(name => !name.Contains('/'));
            Assert.All(resources, resource => Assert.True(Has(groups, group, resource), $"{group} {resource}"));
        }
    }

    [ConformanceFact("Aggregated Discovery Endpoint Accept Headers", Half = "the groups that are served")]
    public async Task AggregatedDiscovery_IsChosenByTheAcceptHeader()
    {
        foreach (var (path, plain) in new[] { ("/api", "APIVersions"), ("/apis", "APIGroupList") })
        {
            var aggregated = await AskAsync(HttpMethod.Get, path, accept: Aggregated);
            Assert.Equal(("APIGroupDiscoveryList", Aggregated), (JsonNode.Parse(aggregated.Body).Text("kind"), aggregated.ContentType.Replace(" ", "", StringComparison.Ordinal)));
            foreach (var accept in new[] { "", "application/json", "*/*" }) Assert.Equal(plain, (await GetAsync(path, accept)).Text("kind"));
        }
        Assert.True(Has(await GetAsync("/api", Aggregated), "v1", "namespaces"));
        Assert.All(Builtins, builtin => Assert.True(HasAfter(builtin), builtin.Resource));

        bool HasAfter((string GroupVersion, string Resource) builtin) => Has(GetAsync("/apis", Aggregated).Result, builtin.GroupVersion, builtin.Resource);
    }

    [ConformanceFact("Confirm a server version")]
    public async Task Version_MajorAndMinor_AreNumbers()
    {
        var version = await GetAsync("/version");

        Assert.Equal(("1", "32"), (version.Text("major"), version.Text("minor")));
        Assert.StartsWith("v1.32.", version.Text("gitVersion"));
    }

    /// <summary>Makes all that was so far be past: the store gives it up, and an apiserver that begins anew has no memory of it.</summary>
    private async Task ForgetHistoryAsync()
    {
        var newest = (await Of("configmaps", await NewNamespaceAsync()).CreateAsync("""{"metadata":{"name":"newest"}}""")).Version();
        var compacted = await Command.RunAsync("etcdctl", ["--endpoints", $"http://127.0.0.1:{Lab.PortOf("store", "port")}", "compact", newest]);
        Assert.True(compacted.ExitCode == 0, compacted.Error);
        await KillApiserverAsync();
    }

    private async Task<ApiCollection> TemplatesAsync()
    {
        var templates = Of("podtemplates", await NewNamespaceAsync());
        await Parallel.ForAsync(0, Objects, async (number, _) => await templates.CreateAsync(
            $$$$"""{"metadata":{"name":"{{{{Name(number)}}}}"},"template":{"spec":{"containers":[{"name":"test","image":"test2"}]}}}"""));
        return templates;
    }

    private static string Name(int number) => $"template-{number:0000}";

    private async Task<JsonNode> GetAsync(string path, string accept = "")
    {
        var answer = await AskAsync(HttpMethod.Get, path, accept: accept);
        Assert.True(answer.Code == 200, $"{path}: {answer.Code} {answer.Body}");
        return JsonNode.Parse(answer.Body)!;
    }

    private static bool Has(JsonNode discovery, string groupVersion, string resource)
    {
        var parts = groupVersion.Split('/');
        var group = parts.Length == 1 ? "" : parts[0];
        return discovery.Items().Where(each => each.Name() == group)
            .SelectMany(each => each["versions"]!.AsArray()).Where(version => version.Text("version") == parts[^1])
            .SelectMany(version => version!["resources"]!.AsArray()).Any(each => each.Text("resource") == resource);
    }
}
