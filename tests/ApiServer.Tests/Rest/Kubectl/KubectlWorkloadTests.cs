namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>The real kubectl with the kinds that have no controller yet: made by its own commands (protobuf bodies), shown, scaled, deleted.</summary>
public sealed class KubectlWorkloadTests
{
    private const string Manifest = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: db
        spec:
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              containers:
              - {name: main, image: "redis:7"}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata:
          name: agent
        spec:
          selector: {matchLabels: {app: agent}}
          template:
            metadata: {labels: {app: agent}}
            spec:
              nodeSelector: {zone: a}
              containers:
              - {name: main, image: "busybox:1"}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: data
        spec:
          accessModes: [ReadWriteOnce]
          storageClassName: fast
          resources: {requests: {storage: 1Gi}}
        ---
        apiVersion: v1
        kind: LimitRange
        metadata:
          name: bounds
        spec:
          limits:
          - {type: Container, max: {cpu: "2"}}
        ---
        apiVersion: node.k8s.io/v1
        kind: RuntimeClass
        metadata:
          name: gvisor
        handler: runsc

        """;

    [EveryStoreFact("kubectl")]
    public async Task Create_TypedCommands_MakeEveryKindTheyKnow()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);

        Assert.Equal("deployment.apps/web created\n", await kubectl.OkAsync("create deployment web --image=nginx:1 --replicas=3"));
        Assert.Equal("job.batch/pi created\n", await kubectl.OkAsync("create job pi --image=perl:5 -- perl -e 1"));
        Assert.Equal("cronjob.batch/tick created\n", await kubectl.OkAsync("create cronjob tick --image=busybox:1 '--schedule=*/5 * * * *' -- date"));
        Assert.Equal("resourcequota/q created\n", await kubectl.OkAsync("create quota q --hard=cpu=1,pods=2"));
        Assert.Equal("priorityclass.scheduling.k8s.io/high created\n", await kubectl.OkAsync("create priorityclass high --value=1000 --description=x"));
        Assert.Equal("poddisruptionbudget.policy/b created\n", await kubectl.OkAsync("create pdb b --selector=app=web --min-available=1"));

        Assert.Matches(@"^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0/3 +0 +0 +\d[\dms]+\n$", await kubectl.OkAsync("get deploy"));
        Assert.Matches(@"AGE +CONTAINERS +IMAGES +SELECTOR\nweb +0/3 +0 +0 +\d[\dms]+ +nginx +nginx:1 +app=web\n$", await kubectl.OkAsync("get deploy -o wide"));
        Assert.Matches(@"^NAME +STATUS +COMPLETIONS +DURATION +AGE\npi +Running +0/1 +\d[\dms]+\n$", await kubectl.OkAsync("get jobs"));
        Assert.Matches(@"^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE\ntick +\*/5 \* \* \* \* +<none> +False +0 +<none> +\d[\dms]+\n$", await kubectl.OkAsync("get cj"));
        Assert.Matches(@"^NAME +AGE +REQUEST +LIMIT\nq +\d[\dms]+ +\n$", await kubectl.OkAsync("get quota"));
        Assert.Matches(@"^NAME +VALUE +GLOBAL-DEFAULT +AGE +PREEMPTIONPOLICY\nhigh +1000 +false +\d[\dms]+ +PreemptLowerPriority\nsystem-cluster-critical +2000000000 +false +\d[\dms]+ +PreemptLowerPriority\nsystem-node-critical +2000001000 +false +\d[\dms]+ +PreemptLowerPriority\n$",
            await kubectl.OkAsync("get pc"));
        Assert.Matches(@"^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nb +1 +N/A +0 +\d[\dms]+\n$", await kubectl.OkAsync("get pdb"));
        Assert.Matches(@"(?s)deployment\.apps/web.*cronjob\.batch/tick.*job\.batch/pi", await kubectl.OkAsync("get all"));
        Assert.Matches(@"Min available: +1\n", await kubectl.OkAsync("describe pdb b"));
    }

    [EveryStoreFact("kubectl")]
    public async Task Deployment_IsScaledDescribedAndDeleted()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);
        await kubectl.OkAsync("create deployment web --image=nginx:1");

        Assert.Equal("deployment.apps/web scaled\n", await kubectl.OkAsync("scale deployment web --replicas=4"));
        Assert.Equal("4 2", await kubectl.OkAsync("get deploy web -o 'jsonpath={.spec.replicas} {.metadata.generation}'"));
        Assert.Equal("deployment.apps/web scaled\n", await kubectl.OkAsync("scale deploy/web --current-replicas=4 --replicas=2"));
        Assert.Contains("expected replicas to be 4", (await kubectl.RunAsync("scale deploy/web --current-replicas=4 --replicas=1")).Output, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"^NAME +DESIRED +AVAILABLE +AGE\nweb +2 +0 +\d[\dms]+\n$", await kubectl.OkAsync("get deploy web --subresource=scale"));
        Assert.Equal("deployment.apps/web image updated\n", await kubectl.OkAsync("set image deploy/web nginx=nginx:2"));
        Assert.Equal("deployment.apps/web paused\n", await kubectl.OkAsync("rollout pause deploy/web"));

        var described = await kubectl.OkAsync("describe deploy web");
        Assert.Matches(@"Replicas: +2 desired \| 0 updated \| 0 total \| 0 available \| 0 unavailable", described);
        Assert.Matches(@"RollingUpdateStrategy: +25% max unavailable, 25% max surge", described);
        Assert.Contains("field is immutable", (await kubectl.RunAsync("""patch deploy web --type=merge -p '{"spec":{"selector":{"matchLabels":{"a":"b"}}}}'""")).Output);

        Assert.Equal("deployment.apps \"web\" deleted\n", await kubectl.OkAsync("delete deploy web"));
        Assert.Equal("Error from server (NotFound): deployments.apps \"web\" not found\n", (await kubectl.RunAsync("get deploy web")).Output);
    }

    [EveryStoreFact("kubectl")]
    public async Task Manifests_AreAppliedAndShown()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);

        Assert.Equal("statefulset.apps/db created\ndaemonset.apps/agent created\npersistentvolumeclaim/data created\nlimitrange/bounds created\nruntimeclass.node.k8s.io/gvisor created\n",
            await kubectl.OkAsync("apply -f -", Manifest));
        // A list without merge keys, as claims and limits are, differs from the manifest once it is defaulted; so it does on any server.
        Assert.Equal("statefulset.apps/db configured\ndaemonset.apps/agent unchanged\npersistentvolumeclaim/data unchanged\nlimitrange/bounds configured\nruntimeclass.node.k8s.io/gvisor unchanged\n",
            await kubectl.OkAsync("apply -f -", Manifest));
        Assert.Matches(@"^NAME +READY +AGE +CONTAINERS +IMAGES\ndb +0/1 +\d[\dms]+ +main +redis:7\n$", await kubectl.OkAsync("get sts -o wide"));
        Assert.Matches(@"^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nagent +0 +0 +0 +0 +0 +zone=a +\d[\dms]+\n$", await kubectl.OkAsync("get ds"));
        Assert.Matches(@"^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS +VOLUMEATTRIBUTESCLASS +AGE\ndata +Pending +fast +<unset> +\d[\dms]+\n$", await kubectl.OkAsync("get pvc"));
        Assert.Matches(@"^NAME +CREATED AT\nbounds +\d{4}-\d\d-\d\dT", await kubectl.OkAsync("get limits"));
        Assert.Matches(@"^NAME +HANDLER +AGE\ngvisor +runsc +\d[\dms]+\n$", await kubectl.OkAsync("get runtimeclass"));
        Assert.Equal("1", await kubectl.OkAsync(@"get ds agent -o jsonpath={.metadata.annotations.deprecated\.daemonset\.template\.generation}"));
        Assert.Contains("The StatefulSet \"db\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than",
            (await kubectl.RunAsync("""patch sts db -p '{"spec":{"serviceName":"other"}}'""")).Output);
        Assert.Contains("field is immutable", (await kubectl.RunAsync("""patch runtimeclass gvisor -p '{"handler":"other"}'""")).Output);
        Assert.Contains("Container  cpu       -    2    2                2              -", await kubectl.OkAsync("describe ns default"));
    }

    [EveryStoreFact("kubectl")]
    public async Task Explain_TellsWhatTheDeclarationsSay()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);

        var output = await kubectl.OkAsync("explain deployment.spec.strategy");

        Assert.Contains("KIND:       Deployment", output);
        Assert.Contains("FIELD: strategy <DeploymentStrategy>", output);
        Assert.Contains("How pods of an older template are replaced.", output);
        Assert.Matches(@"(?m)^  rollingUpdate\t<RollingUpdateDeployment>$", output);
        Assert.Contains("schedule", await kubectl.OkAsync("explain cronjob.spec"));
    }
}
