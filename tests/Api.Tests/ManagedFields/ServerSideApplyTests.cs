using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class ServerSideApplyTests
{
    private const string Key = "kubectl.kubernetes.io/last-applied-configuration";

    private static ApplyWorld<ConfigMap> Map() => new();

    private static ApplyWorld<Pod> Pod() => new();

    // What two managers do to one map, step by step. Each step: manager, + (apply), ! (apply by force) or = (update), data.
    [Theory]
    // One applier: sets, changes, and takes back.
    [InlineData("a+x:1", "data:{x:1}", "a")]
    [InlineData("a+x:1;a+x:2", "data:{x:2}", "a")]
    [InlineData("a+x:1;a+z:1", "data:{z:1}", "")]
    [InlineData("a+x:1;a+", "", "")]
    // Two appliers: the same value is shared, another one is a conflict or taken.
    [InlineData("a+x:1;b+x:1", "data:{x:1}", "a b")]
    [InlineData("a+x:1;b+x:2", "conflict a", "")]
    [InlineData("a+x:1;b!x:2", "data:{x:2}", "b")]
    [InlineData("a+x:1;b!x:2;a+x:2", "data:{x:2}", "a b")]
    [InlineData("a+x:1;b!x:2;a+", "data:{x:2}", "b")]
    [InlineData("a+x:1;b+z:2", "data:{x:1,z:2}", "a")]
    [InlineData("a+x:1;b+z:2;a+", "data:{z:2}", "")]
    // Shared: it stays until the last one lets go; changing it takes the others' consent.
    [InlineData("a+x:1;b+x:1;a+", "data:{x:1}", "b")]
    [InlineData("a+x:1;b+x:1;a+;b+", "", "")]
    [InlineData("a+x:1;b+x:1;a+x:2", "conflict b", "")]
    [InlineData("a+x:1;b+x:1;a!x:2", "data:{x:2}", "a")]
    // Applier and updater: an update takes without asking; the applier meets it at its next apply.
    [InlineData("a+x:1;u=x:2", "data:{x:2}", "u")]
    [InlineData("a+x:1;u=x:2;a+x:1", "conflict u", "")]
    [InlineData("a+x:1;u=x:2;a+x:2", "data:{x:2}", "a u")]
    [InlineData("a+x:1;u=x:2;a!x:1", "data:{x:1}", "a")]
    [InlineData("a+x:1;u=x:1", "data:{x:1}", "a")]
    [InlineData("a+x:1;u=", "", "")]
    [InlineData("u=x:1;a+x:1", "data:{x:1}", "a u")]
    [InlineData("u=x:1;a+x:1;a+", "data:{x:1}", "u")]
    [InlineData("u=x:1;a+z:2;a+", "data:{x:1}", "u")]
    // An update that removes what an applier owns: the applier puts it back.
    [InlineData("a+x:1,z:1;u=z:1;a+x:1,z:1", "data:{x:1,z:1}", "a")]
    public void Scenario_OfManagers_ComesOutAsOnKubernetes(string steps, string outcome, string ownersOfX)
    {
        var world = Map();
        var refusal = "";
        var all = steps.Split(';');
        for (var i = 0; i < all.Length; i++)
        {
            var step = all[i];
            var isConflict = outcome.StartsWith("conflict", StringComparison.Ordinal) && i == all.Length - 1;
            var (manager, how, data) = (step[..1], step[1], step[2..].Replace(":", ": \"", StringComparison.Ordinal).Replace(",", "\", ", StringComparison.Ordinal));
            var yaml = data.Length == 0 ? "metadata: {name: m}\n" : $"metadata: {{name: m}}\ndata: {{{data}\"}}\n";
            if (how == '=') world.Update(manager, yaml);
            else if (how == '!') world.Apply(manager, yaml, force: true);
            else if (isConflict) refusal = world.Refused(manager, yaml).Message;
            else world.Apply(manager, yaml);
        }

        if (outcome.StartsWith("conflict ", StringComparison.Ordinal))
        {
            Assert.StartsWith($"Apply failed with 1 conflict: conflict with \"{outcome[9..]}\"", refusal);
            Assert.EndsWith(": .data.x", refusal);
            return;
        }
        Assert.Equal(outcome.Length == 0 ? "{metadata:{}}" : $"{{metadata:{{}},{outcome}}}", world.Document());
        Assert.Equal(ownersOfX, world.OwnersOf("data/x"));
    }

    [Fact]
    public void Apply_New_OwnsExactlyWhatItSays()
    {
        var world = Pod().Apply("a", """
            metadata: {name: p, labels: {app: web}}
            spec:
              hostNetwork: false
              containers:
              - name: c
                image: nginx
                ports: [{containerPort: 80}]
                resources: {limits: {cpu: "1"}}
              volumes: [{name: v, emptyDir: {}}]
            """);

        Assert.Equal(
            """a Apply {"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}},"f:resources":{"f:limits":{"f:cpu":{}}}}},"f:hostNetwork":{},"f:volumes":{"k:{\"name\":\"v\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}""",
            world.Owners());
    }

    [Fact]
    public void Apply_EmptyMapOfAnother_IsNoConflictWhenItsLastEntryGoes()
    {
        var world = Map()
            .Apply("a", "metadata: {name: m}\ndata: {x: \"1\"}")
            .Apply("b", "metadata: {name: m}\ndata: {x: \"1\"}")
            .Apply("a", "metadata: {name: m}\ndata: {}");
        Assert.Equal(("b", "a"), (world.OwnersOf("data/x"), world.OwnersOf("data")));

        world.Apply("b", "metadata: {name: m}\ndata: {}");

        Assert.Empty(world.Live!.Data);
        Assert.Equal("a b", world.OwnersOf("data"));
    }

    [Fact]
    public void Apply_ListItems_ArePutTogetherAndTakenApartByTheirKeys()
    {
        var world = Pod()
            .Apply("a", "metadata: {name: p}\nspec: {containers: [{name: a, image: x}, {name: b, image: z}]}")
            .Apply("b", "metadata: {name: p}\nspec: {containers: [{name: c, image: z}, {name: b, env: [{name: E, value: v}]}]}");
        Assert.Equal("a c b", Names(world));

        world.Apply("a", "metadata: {name: p}\nspec: {containers: [{name: b, image: z2}]}");
        Assert.Equal("c b", Names(world));
        Assert.Equal(("z2", "v"), (world.Live!.Spec.Containers[1].Image, world.Live.Spec.Containers[1].Env[0].Value));

        world.Apply("b", "metadata: {name: p}\nspec: {containers: []}");
        Assert.Equal("b", Names(world));
        Assert.Empty(world.Live!.Spec.Containers[0].Env);

        static string Names(ApplyWorld<Pod> world) => string.Join(' ', world.Live!.Spec.Containers.Select(container => container.Name));
    }

    [Fact]
    public void Apply_DefaultedKey_IsTheSameItem()
    {
        var world = Pod()
            .Apply("a", "metadata: {name: p}\nspec: {containers: [{name: c, ports: [{containerPort: 80, name: http, protocol: TCP}]}]}")
            .Apply("b", "metadata: {name: p}\nspec: {containers: [{name: c, ports: [{containerPort: 80, name: http}, {containerPort: 80, protocol: UDP}]}]}");

        Assert.Equal("http/TCP /UDP", string.Join(' ', world.Live!.Spec.Containers[0].Ports.Select(port => $"{port.Name}/{port.Protocol}")));
        Assert.Equal("a b", world.OwnersOf("spec/containers/k:{\"name\":\"c\"}/ports/k:{\"containerPort\":80,\"protocol\":\"TCP\"}"));
    }

    [Fact]
    public void Apply_Sets_AreUnitedAndEachTakesItsOwnBack()
    {
        var world = Map()
            .Apply("a", "metadata: {name: m, finalizers: [x/one, x/two]}")
            .Apply("b", "metadata: {name: m, finalizers: [x/two, x/three]}");
        Assert.Equal(["x/one", "x/two", "x/three"], world.Live!.Metadata.Finalizers);

        world.Apply("a", "metadata: {name: m}");
        Assert.Equal(["x/two", "x/three"], world.Live!.Metadata.Finalizers);
    }

    [Fact]
    public void Apply_OnePiece_IsReplacedAsAWhole()
    {
        var world = Pod().Apply("a", "metadata: {name: p}\nspec: {nodeSelector: {a: x}, tolerations: [{key: t}]}");

        var refusal = world.Refused("b", "metadata: {name: p}\nspec: {nodeSelector: {b: two}, tolerations: [{key: u}]}");
        world.Apply("b", "metadata: {name: p}\nspec: {nodeSelector: {b: two}}", force: true);

        Assert.Equal("Apply failed with 2 conflicts: conflicts with \"a\":\n- .spec.nodeSelector\n- .spec.tolerations", refusal.Message);
        Assert.Equal(["b"], world.Live!.Spec.NodeSelector.Keys);
        Assert.Equal(("b", "a"), (world.OwnersOf("spec/nodeSelector"), world.OwnersOf("spec/tolerations")));
    }

    [Fact]
    public void Conflict_OfSeveralManagers_NamesEachWithItsFields()
    {
        var world = Pod()
            .Update("kubectl-create", "metadata: {name: p, labels: {tier: x}}\nspec: {containers: [{name: c, image: i}]}")
            .Apply("gitops", "metadata: {name: p, annotations: {note: x}}")
            .Change("kubelet", pod => pod.Status.Phase = "Running", "status");

        var refusal = world.Refused("me",
            "metadata: {name: p, labels: {tier: z}, annotations: {note: z}}\nspec: {containers: [{name: c, image: j}]}\nstatus: {phase: Failed}");
        var status = world.Refused("me", "metadata: {name: p}\nstatus: {phase: Failed}", "status");

        Assert.Equal((409, "Conflict"), (refusal.Code, refusal.Reason));
        Assert.Equal(
            "Apply failed with 3 conflicts: conflicts with \"gitops\":\n- .metadata.annotations.note\n"
            + "conflicts with \"kubectl-create\" using v1:\n- .metadata.labels.tier\n- .spec.containers[name=\"c\"].image", refusal.Message);
        Assert.Equal(
            [("FieldManagerConflict", "conflict with \"gitops\"", ".metadata.annotations.note"),
             ("FieldManagerConflict", "conflict with \"kubectl-create\" using v1", ".metadata.labels.tier"),
             ("FieldManagerConflict", "conflict with \"kubectl-create\" using v1", ".spec.containers[name=\"c\"].image")],
            refusal.Details.Causes.Select(cause => (cause.Reason, cause.Message, cause.Field)));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubelet\" with subresource \"status\" using v1: .status.phase", status.Message);
    }

    [Fact]
    public void Apply_ExplicitZero_OverAnothersValue_IsAConflict()
    {
        var world = Pod().Apply("a", "metadata: {name: p}\nspec: {hostNetwork: true}");

        Assert.EndsWith("conflict with \"a\": .spec.hostNetwork", world.Refused("b", "metadata: {name: p}\nspec: {hostNetwork: false}").Message);
        Assert.False(world.Apply("b", "metadata: {name: p}\nspec: {hostNetwork: false}", force: true).Live!.Spec.HostNetwork);
        Assert.Equal("b", world.OwnersOf("spec/hostNetwork"));
    }

    [Fact]
    public void Apply_Again_ChangesNothingAndKeepsTheTime()
    {
        var world = Map().Apply("a", "metadata: {name: m}\ndata: {x: '1'}");
        var before = world.Live!.ToString();

        world.Apply("a", "metadata: {name: m}\ndata: {x: '1'}");

        Assert.Equal(before, world.Live!.ToString());
    }

    [Fact]
    public void Apply_ObjectNobodyTracked_BelongedToSomebodyBefore()
    {
        var world = Map().Update("u", "metadata: {name: m}\ndata: {x: '1'}");
        world.Live!.Metadata.ManagedFields.Clear();

        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.x",
            world.Refused("a", "metadata: {name: m}\ndata: {x: '2'}").Message);
        Assert.Equal("a before-first-apply", world.Apply("a", "metadata: {name: m}\ndata: {x: '1'}").OwnersOf("data/x"));
    }

    [Fact]
    public void Apply_AfterKubectlsClientSideApply_TakesOverWithoutConflict()
    {
        const string applied = """{"apiVersion":"v1","data":{"x":"1","z":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"m"}}""";
        var world = Map().Update("kubectl-client-side-apply", $"metadata: {{name: m, annotations: {{{Key}: '{applied}'}}}}\ndata: {{x: '1', z: '1'}}")
            .Change("editor", map => map.Data["z"] = "2");

        // x still is as kubectl left it; z is not.
        var refusal = world.Refused("kubectl", "metadata: {name: m}\ndata: {x: '9', z: '9'}");
        Assert.Equal("Apply failed with 1 conflict: conflict with \"editor\" using v1: .data.z", refusal.Message);
        Assert.StartsWith("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\"", world.Refused("other", "metadata: {name: m}\ndata: {x: '9'}").Message);

        world.Apply("kubectl", "metadata: {name: m}\ndata: {x: '9'}");

        Assert.Equal("kubectl", world.OwnersOf("data/x"));
        Assert.Equal("""{"apiVersion":"v1","data":{"x":"9"},"kind":"ConfigMap","metadata":{"name":"m"}}""" + "\n", world.Live!.Metadata.Annotations[Key]);
    }

    [Theory]
    [InlineData("metadata: {name: m, managedFields: []}", 400, "metadata.managedFields must be nil")]
    [InlineData("metadata: {name: m, managedFields: [{manager: x}]}", 400, "metadata.managedFields must be nil")]
    [InlineData("metadata: {name: m, namespace: d}\nfoo: 1", 500, "failed to create typed patch object (d/m; /v1, Kind=ConfigMap): .foo: field not declared in schema")]
    [InlineData("metadata: {name: m}\nfoo: 1\ndata: {x: 3}", 500,
        "failed to create typed patch object (/m; /v1, Kind=ConfigMap): errors:\n  .foo: field not declared in schema\n  .data.x: expected string, got &value.valueUnstructured{Value:3}")]
    [InlineData("metadata: {name: m}\ndata: [1]", 500, "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .data: expected map, got &value.valueUnstructured{Value:[]interface {}{1}}")]
    [InlineData("metadata: {name: m}\nimmutable: x", 500, "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .immutable: expected boolean, got &value.valueUnstructured{Value:\"x\"}")]
    [InlineData("metadata: {name: m, finalizers: [a/b, a/b]}", 500, "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key [=\"a/b\"]")]
    public void Apply_Nonsense_IsRefusedInKubernetesWords(string yaml, int code, string message)
    {
        var refusal = Map().Refused("a", yaml);

        Assert.Equal((code, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void Apply_ItemWithoutItsKey_IsRefused() =>
        Assert.Equal(
            "failed to create typed patch object (/p; /v1, Kind=Pod): .spec.topologySpreadConstraints: element 0: associative list with keys has an element "
            + "that omits key field \"whenUnsatisfiable\" (and doesn't have default value)",
            Pod().Refused("a", "metadata: {name: p}\nspec: {topologySpreadConstraints: [{topologyKey: zone}]}").Message);
}
