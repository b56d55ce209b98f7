using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.BadInput;

// What containers run, as whom, and beside whom.
internal static partial class BadInputScenes
{
    private const string Users = "registry.example.com/users/app";

    private static IEnumerable<KeyValuePair<string, BadInputScene>> Processes()
    {
        yield return Scene("a user that the image does not know", Image("user-unknown", $"{Users}:unknown"), async pod =>
        {
            const string pattern = "failed to create containerd container: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount[0-9]+: no users found";
            var waiting = await pod.SeeWaitingAsync("CreateContainerError");
            Assert.Matches($"^{pattern}$", waiting.State.Waiting.Message);
            await pod.Scene.EventAsync("Failed", $"^Error: {pattern}$", "Warning");
            await pod.SetImageAsync($"{Users}:named");
            await pod.HealsAsync();
        });
        yield return Scene("root, which may not be, by the image", Pod("user-root", "securityContext: {runAsNonRoot: true}"), async pod =>
        {
            await pod.CannotBeConfiguredAsync($"container has runAsNonRoot and image will run as root (pod: \"{pod.FullName}\", container: main)");
            await pod.SetImageAsync($"{Users}:numbered");
            await pod.HealsAsync();
        });
        yield return Scene("a user by name, who might be root", Pod("user-named", $"{Users}:named", $"{Sleeping}, securityContext: {{runAsNonRoot: true}}", ""), async pod =>
        {
            await pod.CannotBeConfiguredAsync($"container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root (pod: \"{pod.FullName}\", container: main)");
            await pod.SetImageAsync($"{Users}:numbered");
            await pod.HealsAsync();
        });
        yield return Scene("root, which may not be, by the Pod", Pod("user-zero", "securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 0}"), async pod =>
        {
            await pod.CannotBeConfiguredAsync($"container's runAsUser breaks non-root policy (pod: \"{pod.FullName}\", container: main)");
            // A container's security is fixed: it takes another Pod.
            await pod.ReplaceAsync(Pod("user-zero", "securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 1000}"));
            await pod.HealsAsync();
        });
        yield return Scene("a command that the image lacks", Pod("command-unknown", "busybox:1.36", "command: [bash, -c, sleep 1000]", ""), async pod =>
        {
            await pod.CannotBeStartedAsync("exec: \"bash\": executable file not found in $PATH");
            await pod.Scene.RowAsync("0/1", "CrashLoopBackOff", "[1-9]");
            await pod.SetImageAsync("bash:5.2");
            await pod.HealsAfterRestartsAsync();
        });
        yield return Scene("a command at a path that the image lacks", Pod("command-path", "busybox:1.36", "command: [/usr/sbin/nginx, -g, daemon off;]", ""), async pod =>
        {
            await pod.CannotBeStartedAsync("exec: \"/usr/sbin/nginx\": stat /usr/sbin/nginx: no such file or directory");
            await pod.SetImageAsync("nginx:1.25");
            await pod.HealsAfterRestartsAsync();
        });
        yield return Scene("a command that may not be executed", OfContainer(
            "command-mode",
            "{name: main, image: 'busybox:1.36', command: [/scripts/run.sh], volumeMounts: [{name: work, mountPath: /scripts}]}, {name: helper, image: 'busybox:1.36', command: [sleep, '1000'], volumeMounts: [{name: work, mountPath: /scripts}]}",
            """volumes: [{name: work, emptyDir: {}}], initContainers: [{name: writer, image: 'busybox:1.36', command: [sh, -c, "printf '#!/bin/sh\\nexec sleep 1000\\n' > /scripts/run.sh"], volumeMounts: [{name: work, mountPath: /scripts}]}]"""), async pod =>
        {
            await pod.CannotBeStartedAsync("exec: \"/scripts/run.sh\": permission denied");
            await pod.KubectlAsync("exec", pod.Name, "-c", "helper", "--", "chmod", "+x", "/scripts/run.sh");
            await pod.HealsAfterRestartsAsync();
        });
        yield return Scene("a command that fails under Never", Pod("command-never", "busybox:1.36", "command: [nope]", "restartPolicy: Never"), async pod =>
        {
            var failed = await pod.Scene.SeeAsync(seen => seen.Status.Phase == "Failed", "has Failed");
            var ended = failed.Status.ContainerStatuses[0].State.Terminated;
            Assert.Equal((128, "StartError"), (ended.ExitCode, ended.Reason));
            await pod.Scene.RowAsync("0/1", "StartError");
            // It has ended for good.
            await pod.ReplaceAsync(Pod("command-never", "busybox:1.36", Sleeping, "restartPolicy: Never"));
            await pod.HealsAsync();
        });
        yield return Scene("two containers on one port", OfContainer("port-twice", "{name: main, image: 'nginx:1.25'}, {name: second, image: 'nginx:1.25'}"), async pod =>
        {
            await pod.WaitsAsync("CrashLoopBackOff", $"back-off 10s restarting failed container=second pod={pod.FullName}", "second");
            await pod.WarnedAsync("BackOff", $"Back-off restarting failed container second in pod {pod.FullName}");
            await pod.Scene.LogAsync(@"\[emerg\] 1#1: bind\(\) to 0\.0\.0\.0:80 failed \(98: Address already in use\)\nnginx: \[emerg\] bind\(\) to 0\.0\.0\.0:80 failed \(98: Address already in use\)", "-c", "second");
            var status = BadPod.Status(pod.Scene.States.Last(), "second")!;
            Assert.Equal((1, "Error"), (status.LastState.Terminated.ExitCode, status.LastState.Terminated.Reason));
            await pod.Scene.RowAsync("1/2", "CrashLoopBackOff", "[1-9]");
            await pod.SetImageAsync("redis:7", "second");
            // It was Ready for a moment before, while nginx tried to have the port.
            await pod.Scene.SeeAsync(seen => seen.Spec.Containers[1].Image == "redis:7" && seen.Condition("Ready") == "True", "runs redis beside nginx");
        });
        yield return Scene("a port of the only node, which another Pod has", Listening("host-port", 18098, "nodeSelector: {kubernetes.io/hostname: node-1}"), async pod =>
        {
            await pod.Scene.EventAsync("FailedScheduling", @"^0/2 nodes are available: 1 node\(s\) didn't have free ports for the requested pod ports, 1 node\(s\) didn't match Pod's node affinity/selector\.", "Warning");
            await pod.KubectlAsync("delete", "pod", "host-port-holder");
            await pod.HealsAsync();
        }, before: Listening("host-port-holder", 18098, "nodeSelector: {kubernetes.io/hostname: node-1}"));
        yield return Scene("a port of its node, which another Pod has", Listening("node-port", 18099, OnNode1), async pod =>
        {
            const string message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
            var failed = await pod.Scene.SeeAsync(seen => seen.Status.Phase == "Failed", "has Failed");
            Assert.Equal(("NodePorts", $"Pod was rejected: {message}"), (failed.Status.Reason, failed.Status.Message));
            Assert.Empty(failed.Status.ContainerStatuses);
            await pod.WarnedAsync("NodePorts", message);
            await pod.KubectlAsync("delete", "pod", "node-port-holder");
            await pod.ReplaceAsync(Listening("node-port", 18099, OnNode1));
            await pod.HealsAsync();
        }, before: Listening("node-port-holder", 18099, OnNode1));
        yield return Scene("an ephemeral container whose target has not begun", Image("ephemeral", "busybox:nope"), async pod =>
        {
            await pod.SeeWaitingAsync("ErrImagePull");
            await pod.KubectlAsync("debug", pod.Name, "--image=busybox:1.36", "--target=main", "--container=debugger", "--profile=general", "--", "sleep", "1000");
            await pod.WaitsAsync("CreateContainerConfigError", "unable to find target container main", "debugger");
            await pod.WarnedAsync("Failed", "Error: unable to find target container main");
            await pod.SetImageAsync("busybox:1.36");
            await pod.HealsAsync();
            await pod.Scene.SeeAsync(seen => BadPod.Status(seen, "debugger")?.State?.Running is not null, "runs its debugger");
        });
    }

    private static string Listening(string name, int port, string spec) =>
        OfContainer(name, $$"""{name: main, image: 'nginx:1.25', ports: [{containerPort: 80, hostPort: {{port}}}]}""", spec);
}
