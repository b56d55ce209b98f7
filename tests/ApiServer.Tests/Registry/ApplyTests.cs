using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Api.ManagedFields;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class ApplyTests
{
    private const string Web = """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec: {containers: [{name: c, image: nginx, ports: [{containerPort: 80}]}]}
        """;

    [EveryStoreFact]
    public async Task Apply_Absent_CreatesTheObjectDefaultedAndAdmitted()
    {
        await using var rig = await StartAsync();

        var result = await ApplyAsync<Pod>(rig, "web", Web);

        var pod = (Pod)result.Object;
        Assert.True(result.Created);
        Assert.Equal(("Pending", "Always", "default", "TCP"), (pod.Status.Phase, pod.Spec.RestartPolicy, pod.Spec.ServiceAccountName, pod.Spec.Containers[0].Ports[0].Protocol));
        // Defaults and what admission adds are nobody's.
        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}""",
            Assert.Single(pod.Metadata.ManagedFields).FieldsV1.Raw.ToStringUtf8());
        Assert.Equal(("me", "Apply", "v1", "", "FieldsV1"), Describe(pod.Metadata.ManagedFields[0]));
        Assert.Equal(Noon.ToUnixTimeSeconds(), pod.Metadata.ManagedFields[0].Time.Seconds);
        Assert.Equal(pod, await rig.GetAsync<Pod>("default", "web"));
    }

    [EveryStoreFact]
    public async Task Apply_Again_WritesNothingAndTellsTheSame()
    {
        await using var rig = await StartAsync();
        var created = await ApplyAsync<Pod>(rig, "web", Web);
        var before = rig.Store.Revision;
        rig.Time.Advance(TimeSpan.FromSeconds(5));

        var again = await ApplyAsync<Pod>(rig, "web", Web);

        Assert.Equal((created.Object, false, before), (again.Object, again.Created, rig.Store.Revision));
    }

    [EveryStoreFact]
    public async Task Apply_DryRun_StoresNothing()
    {
        await using var rig = await StartAsync();
        var before = rig.Store.Revision;

        var absent = await ApplyAsync<Pod>(rig, "web", Web, new() { DryRun = { "All" } });
        var refusal = await RefusalAsync(() => rig.GetAsync<Pod>("default", "web"));
        await ApplyAsync<Pod>(rig, "web", Web);
        var changed = await ApplyAsync<Pod>(rig, "web", Web.Replace("app: web", "app: db", StringComparison.Ordinal), new() { DryRun = { "All" } });

        Assert.Equal((true, 404, before + 1), (absent.Created, refusal.Code, rig.Store.Revision));
        Assert.Equal(("db", "web"), (changed.Object.Metadata.Labels["app"], (await rig.GetAsync<Pod>("default", "web")).Metadata.Labels["app"]));
    }

    [EveryStoreFact]
    public async Task Apply_AnothersField_ConflictsAndForceTakesIt()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web", pod => pod.Metadata.Labels["app"] = "old"));
        var wanted = Web.Replace(", ports: [{containerPort: 80}]", "", StringComparison.Ordinal);

        var refusal = await RefusalAsync(() => ApplyAsync<Pod>(rig, "web", wanted));
        var forced = await ApplyAsync<Pod>(rig, "web", wanted, new() { Force = true });

        Assert.Equal((409, "Conflict",
            "Apply failed with 2 conflicts: conflicts with \"test\" using v1:\n- .metadata.labels.app\n- .spec.containers[name=\"c\"].image"),
            (refusal.Code, refusal.Reason, refusal.Message));
        Assert.Equal(["FieldManagerConflict", "FieldManagerConflict"], refusal.Details.Causes.Select(cause => cause.Reason));
        Assert.Equal(("web", "nginx"), (forced.Object.Metadata.Labels["app"], ((Pod)forced.Object).Spec.Containers[0].Image));
    }

    [EveryStoreFact]
    public async Task Apply_Status_ChangesTheStatusAndOwnsNothingElse()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));

        var result = await ApplyAsync<Pod>(rig, "web", """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {hostname: ignored}
            status: {message: hello}
            """, subresource: "status");
        var missing = await RefusalAsync(() => ApplyAsync<Pod>(rig, "ghost", Web, subresource: "status"));

        var pod = (Pod)result.Object;
        Assert.Equal(("hello", ""), (pod.Status.Message, pod.Spec.Hostname));
        Assert.Equal("""{"f:status":{"f:message":{}}}""", pod.Metadata.ManagedFields.Single(entry => entry.Subresource == "status").FieldsV1.Raw.ToStringUtf8());
        Assert.Equal((404, "pods \"ghost\" not found"), (missing.Code, missing.Message));
    }

    [EveryStoreFact]
    public async Task Apply_ToAbsentObject_MindsUidNameAndWhoMayCreate()
    {
        await using var rig = await StartAsync();

        var uid = await RefusalAsync(() => ApplyAsync<Pod>(rig, "web", Web.Replace("name: web,", "name: web, uid: u-1,", StringComparison.Ordinal)));
        var name = await RefusalAsync(() => ApplyAsync<Pod>(rig, "other", Web));
        var forbidden = await RefusalAsync(() => ApplyAsync<Pod>(rig, "web", Web, mayCreate: () => throw StatusErrors.Forbidden("pods", "web", "no")));
        var kind = await RefusalAsync(() => ApplyAsync<Pod>(rig, "web", Web.Replace("kind: Pod", "kind: Node", StringComparison.Ordinal)));

        Assert.Equal((409, "Operation cannot be fulfilled on pods \"web\": uid mismatch: the provided object specified uid u-1, and no existing object was found"), (uid.Code, uid.Message));
        Assert.Equal((400, "the name of the object (web) does not match the name on the URL (other)"), (name.Code, name.Message));
        Assert.Equal(403, forbidden.Code);
        Assert.Equal((400, "invalid object type: /v1, Kind=Node"), (kind.Code, kind.Message));
        Assert.Equal(404, (await RefusalAsync(() => rig.GetAsync<Pod>("default", "web"))).Code);
    }

    [EveryStoreFact]
    public async Task Apply_StaleResourceVersion_Conflicts()
    {
        await using var rig = await StartAsync();
        var pod = (await ApplyAsync<Pod>(rig, "web", Web)).Object;
        await rig.UpdateAsync<Pod>("default", "web", each => each.Metadata.Labels["a"] = "b");

        var refusal = await RefusalAsync(() => ApplyAsync<Pod>(
            rig, "web", Web.Replace("name: web,", $"name: web, resourceVersion: '{pod.Metadata.ResourceVersion}',", StringComparison.Ordinal)));

        Assert.Equal((409, "Operation cannot be fulfilled on pods \"web\": the object has been modified; please apply your changes to the latest version and try again"),
            (refusal.Code, refusal.Message));
    }

    [EveryStoreFact]
    public async Task Apply_FieldThatMayNotChange_IsInvalid()
    {
        await using var rig = await StartAsync();
        await ApplyAsync<Pod>(rig, "web", Web);

        var refusal = await RefusalAsync(() => ApplyAsync<Pod>(rig, "web", Web.Replace("spec: {", "spec: {hostname: h, ", StringComparison.Ordinal)));

        Assert.StartsWith("Pod \"web\" is invalid: spec: Forbidden: pod updates may not change fields other than", refusal.Message);
    }

    [EveryStoreFact]
    public async Task Writes_OfEveryKind_AreRecordedUnderTheirManagers()
    {
        await using var rig = await StartAsync();
        var created = await rig.CreateAsync(Pod("web"), new() { FieldManager = "creator" });
        await rig.BindAsync("web", "n1");
        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Status.Phase = "Running", "status", new() { FieldManager = "kubelet" });
        var last = await rig.UpdateAsync<Pod>("default", "web", pod => pod.Metadata.Labels["a"] = "b");

        Assert.Equal([("creator", "Update", "v1", "", "FieldsV1")], created.Metadata.ManagedFields.Select(Describe));
        Assert.Equal(
            [("creator", "Update", "v1", "", "FieldsV1"), ("kubelet", "Update", "v1", "status", "FieldsV1"), ("test", "Update", "v1", "", "FieldsV1")],
            last.Metadata.ManagedFields.Select(Describe));
        Assert.Equal("""{"f:status":{"f:phase":{}}}""", last.Metadata.ManagedFields[1].FieldsV1.Raw.ToStringUtf8());
        // A binding is nobody's.
        Assert.DoesNotContain(last.Metadata.ManagedFields, entry => entry.FieldsV1.Raw.ToStringUtf8().Contains("nodeName", StringComparison.Ordinal));
    }

    [EveryStoreFact]
    public async Task Update_AValueToItself_BumpsNoTime()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("web"));
        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Status.Phase = "Running", "status");
        var before = rig.Store.Revision;
        rig.Time.Advance(TimeSpan.FromSeconds(5));

        // The main resource ignores the status: the change is none, though its writer means one.
        await rig.UpdateAsync<Pod>("default", "web", pod => pod.Status.Phase = "Failed");

        Assert.Equal(before, rig.Store.Revision);
    }

    [EveryStoreFact]
    public async Task Create_OwnerNamedTwice_IsKeptOnceWithAWarning()
    {
        await using var rig = await StartAsync();
        var owner = new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = "n", Uid = "u" };
        var request = new RequestContext(UserInfo.Admin, "test", "");

        var created = await rig.Registry<Pod>().CreateAsync(
            request, "default", Api.Objects.Normalizer.Normalize(Pod("web", pod => pod.Metadata.OwnerReferences.Add([owner, owner.Clone()]))), new(), default);

        Assert.Equal(owner, Assert.Single(created.Metadata.OwnerReferences));
        Assert.EndsWith("duplicate UID(s) observed: u", Assert.Single(request.Warnings));
    }

    [Theory]
    [InlineData("kubectl/v1.32.4 (linux/amd64) kubernetes/abc", "", "kubectl")]
    [InlineData("curl/8", "gitops", "gitops")]
    [InlineData("", "", "unknown")]
    [InlineData("/x", "", "unknown")]
    [InlineData("a\u0001b", "", "ab")]
    public void ManagerOf_Request_IsTheOptionElseTheUserAgent(string userAgent, string fieldManager, string expected) =>
        Assert.Equal(expected, FieldOwnership.ManagerOf(new(UserInfo.Admin, userAgent, ""), fieldManager));

    [Fact]
    public void ManagerOf_LongUserAgent_IsCut() =>
        Assert.Equal(new string('é', 64), FieldOwnership.ManagerOf(new(UserInfo.Admin, new string('é', 100), ""), ""));

    private static (string, string, string, string, string) Describe(ManagedFieldsEntry entry) =>
        (entry.Manager, entry.Operation, entry.ApiVersion, entry.Subresource, entry.FieldsType);

    private static Task<UpdateResult> ApplyAsync<T>(
        RegistryRig rig, string name, string yaml, PatchOptions? options = null, string subresource = "", Action? mayCreate = null) where T : IApiObject
    {
        options ??= new();
        options.FieldManager = "me";
        var apply = new ApplyRequest(ApplyConfiguration.Read(Encoding.UTF8.GetBytes(yaml)), options, mayCreate ?? (() => { }));
        return rig.Registry<T>().ApplyAsync(new(UserInfo.Admin, "test", ""), "default", name, subresource, apply, default);
    }
}
