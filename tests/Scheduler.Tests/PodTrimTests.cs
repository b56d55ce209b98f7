using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Reference;

namespace MiniK8s.Scheduler.Tests;

public sealed class PodTrimTests
{
    private readonly PodTrim _trim = new();

    [Fact]
    public void Trim_WhatNoPluginLooksAt_IsGone()
    {
        var pod = Full("web");

        _trim.Trim(pod);

        Assert.Empty(pod.Metadata.Annotations);
        Assert.Empty(pod.Metadata.ManagedFields);
        Assert.Empty(pod.Spec.Containers[0].Env);
        Assert.Null(pod.Spec.Containers[0].LivenessProbe);
        Assert.Equal(["data", "disk"], pod.Spec.Volumes.Select(volume => volume.Name));
        Assert.Empty(pod.Status.ContainerStatuses);
        Assert.Equal(["PodScheduled", "DisruptionTarget"], pod.Status.Conditions.Select(condition => condition.Type));
    }

    [Fact]
    public void Trim_WhatSchedulingDerives_StaysAsItWas()
    {
        var pod = Full("web").Cpu("500m").Memory("1Gi").HostPort(80, "10.0.0.1").Priority(7).Nominated("n2").StartedAt(5).OnNode("n1").Label("app", "web");
        pod.Spec.InitContainers.Add(new Container { Name = "init", RestartPolicy = "Always" });
        pod.Spec.PreemptionPolicy = "Never";
        var before = pod.Clone();

        _trim.Trim(pod);

        var (was, now) = (new PodInfo(before), new PodInfo(pod));
        Assert.Equal((was.Key, was.Uid, was.NodeName, was.Priority), (now.Key, now.Uid, now.NodeName, now.Priority));
        Assert.Equal((was.Requests, was.NonZeroRequests, was.Labels), (now.Requests, now.NonZeroRequests, now.Labels));
        Assert.Equal(was.HostPorts, now.HostPorts);
        Assert.Equal(before.Spec.InitContainers, pod.Spec.InitContainers);
        Assert.Equal(("Never", "n2", before.Status.StartTime), (pod.Spec.PreemptionPolicy, pod.Status.NominatedNodeName, pod.Status.StartTime));
        Assert.Equal(before.Metadata.OwnerReferences, pod.Metadata.OwnerReferences);
        Assert.Equal(before.Metadata.ResourceVersion, pod.Metadata.ResourceVersion);
    }

    [Fact]
    public void Trim_WhatManyPodsHave_IsOneObject()
    {
        var (a, b) = (Full("a").Cpu("1"), Full("b").Cpu("1"));
        b.Spec.Containers[0].Env[0].Value = "another";

        _trim.Trim(a);
        _trim.Trim(b);

        Assert.Same(a.Spec.Containers[0], b.Spec.Containers[0]);
        Assert.Same(a.Spec.Tolerations[0], b.Spec.Tolerations[0]);
        Assert.Same(a.Metadata.OwnerReferences[0], b.Metadata.OwnerReferences[0]);
        Assert.Same(a.Metadata.Labels["app"], b.Metadata.Labels["app"]);
    }

    [Fact]
    public void Trim_OtherRequests_AreNotShared()
    {
        var (a, b) = (Full("a").Cpu("1"), Full("b").Cpu("2"));

        _trim.Trim(a);
        _trim.Trim(b);

        Assert.Equal((1000, 2000), (new PodInfo(a).Requests.MilliCpu, new PodInfo(b).Requests.MilliCpu));
    }

    /// <summary>The object of a bookmark has metadata only.</summary>
    [Fact]
    public void Trim_NoSpecAndStatus_IsNoFault() => _trim.Trim(new Pod { Metadata = new ObjectMeta { ResourceVersion = "7" } });

    [Fact]
    public void Decide_TrimmedPods_DecidesTheSame()
    {
        var profile = A.DefaultProfile(new FakeApiClient());
        for (var seed = 0; seed < 300; seed++)
        {
            var generator = new WorldGenerator(seed);
            var (world, pod) = (generator.World(), generator.Pod("new"));
            var expected = Decide(profile, world, pod, seed);
            foreach (var each in world.Pods.Append(pod)) _trim.Trim(each);

            Assert.True(expected == Decide(profile, world, pod, seed), $"seed {seed}: {expected} before");
        }
    }

    private static string Decide(Profile profile, World world, Pod pod, int seed) =>
        new SchedulingCycle(new Random(seed)).Decide(profile, new CycleState(), pod.Info(), world.Snapshot()) switch
        {
            Decision.Place place => place.Node,
            // Of nodes that are equally good to clear, preemption takes any.
            Decision.Reject reject => $"{reject.Message} [{reject.NominatedNode is { Length: > 0 }}]",
            var other => throw new InvalidOperationException($"{other}"),
        };

    private static Pod Full(string name)
    {
        var pod = A.Pod(name).Label("app", new string('w', 3)).Tolerates("gpu", "Exists").Claims("data");
        pod.Metadata.Annotations["note"] = "long";
        pod.Metadata.ManagedFields.Add(new ManagedFieldsEntry { Manager = "kubectl" });
        pod.Metadata.OwnerReferences.Add(new OwnerReference { Kind = "ReplicaSet", Name = "web-1", Controller = true });
        pod.Spec.Containers[0].Env.Add(new EnvVar { Name = "A", Value = name });
        pod.Spec.Containers[0].LivenessProbe = new Probe { PeriodSeconds = 1 };
        pod.Spec.Volumes.Add(new Volume { Name = "token", VolumeSource = new VolumeSource { Projected = new() } });
        pod.Spec.Volumes.Add(new Volume { Name = "disk", VolumeSource = new VolumeSource { GcePersistentDisk = new() { PdName = "pd" } } });
        pod.Status.ContainerStatuses.Add(new ContainerStatus { Name = "main" });
        foreach (var type in (string[])["PodScheduled", "Ready", "DisruptionTarget"]) pod.Status.Conditions.Add(new PodCondition { Type = type, Status = "True" });
        return pod;
    }
}
