using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>The real kubectl's commands that carry streams: exec, attach, run -it, cp, port-forward; and evictions.</summary>
[Collection("lab")]
public sealed class KubectlStreamsTests(SharedLab shared)
{
    private Lab Lab => shared.Lab;

    [RequiresToolFact("kubectl")]
    public async Task Exec_OutputErrorsExitCodeAndInput_PassThrough()
    {
        var ns = await RunAsync("box", "--image=busybox", "--", "sleep", "1000");

        var both = await ExecAsync(ns, "sh", "-c", "echo out; echo err >&2; exit 3");
        var input = await Lab.KubectlWithInputAsync("some\ninput\n", "exec", "-i", "box", "-n", ns, "--", "cat");
        var large = await Lab.KubectlWithInputAsync(new string('x', 3_000_000), "exec", "-i", "box", "-n", ns, "--", "wc", "-c");
        var much = await ExecAsync(ns, "seq", "1", "100000");

        Assert.Equal((3, "out\n", "err\ncommand terminated with exit code 3\n"), (both.ExitCode, both.Output, both.Error));
        Assert.Equal((0, "some\ninput\n", ""), (input.ExitCode, input.Output, input.Error));
        Assert.Equal("3000000", large.Output.Trim());
        Assert.Equal((0, string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n"))), (much.ExitCode, much.Output));
    }

    [RequiresToolFact("kubectl")]
    public async Task Exec_WhatIsNotThere_IsRefusedInKubernetesWords()
    {
        var ns = await RunAsync("box", "--image=busybox", "--", "sleep", "1000");

        var program = await ExecAsync(ns, "nosuch");
        var container = await Lab.KubectlAsync("exec", "box", "-n", ns, "-c", "nope", "--", "true");
        var pod = await Lab.KubectlAsync("exec", "nope", "-n", ns, "--", "true");
        await Lab.KubectlOkAsync("run", "pending", "-n", ns, "--image=busybox", "--overrides", """{"spec":{"nodeSelector":{"no":"where"}}}""");
        var pending = await Lab.KubectlAsync("exec", "pending", "-n", ns, "--", "true");

        Assert.Matches(
            "^error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \"[0-9a-f]{64}\": OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not found in \\$PATH: unknown\n$",
            program.Error);
        Assert.Equal("Error from server (BadRequest): container nope is not valid for pod box\n", container.Error);
        Assert.Equal("Error from server (NotFound): pods \"nope\" not found\n", pod.Error);
        Assert.Equal("Error from server (BadRequest): pod pending does not have a host assigned\n", pending.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task ExecTerminal_Shell_PromptsAndKnowsTheWindow()
    {
        var ns = await RunAsync("box", "--image=busybox", "--", "sleep", "1000");
        await using var terminal = Terminal.Kubectl(Lab, $"exec -it box -n {ns} -- sh");

        await terminal.ShowsAsync("/ # ");
        await terminal.TypeAsync("stty size\r");
        await terminal.ShowsAsync("33 99\n/ # ");
        await terminal.TypeAsync("exit 5\r");

        Assert.Equal(5, await terminal.EndAsync());
        Assert.Equal("/ # stty size\n33 99\n/ # exit 5\ncommand terminated with exit code 5\n", terminal.Seen);
    }

    [RequiresToolFact("kubectl")]
    public async Task Exec_PodIsDeleted_Ends()
    {
        var ns = await RunAsync("box", "--image=busybox", "--", "sleep", "1000");
        var running = ExecAsync(ns, "sh", "-c", "echo begun > /tmp/begun; sleep 1000");
        await Eventually.TrueAsync(async () => (await ExecAsync(ns, "cat", "/tmp/begun")).Output == "begun\n", "the command runs");

        await Lab.KubectlOkAsync("delete", "pod", "box", "-n", ns, "--now");

        Assert.Equal(137, (await running).ExitCode);
    }

    [RequiresToolFact("kubectl")]
    public async Task Attach_RunningContainer_TalksToItsFirstProcess()
    {
        var ns = await shared.NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "echo", "-n", ns, "--image=busybox", "--restart=Never", "--stdin", "--attach=false", "--", "sh", "-c", "while read line; do echo got $line; done; echo end");
        await WaitReadyAsync(ns, "echo");

        var attached = await Lab.KubectlWithInputAsync("one\ntwo\n", "attach", "-i", "echo", "-n", ns);

        Assert.Equal((0, "got one\ngot two\nend\n"), (attached.ExitCode, attached.Output));
        Assert.Equal("got one\ngot two\nend\n", await Lab.KubectlOkAsync("logs", "echo", "-n", ns));
    }

    [RequiresToolFact("kubectl")]
    public async Task RunInteractive_RemovedAfterwards_GivesItsExitCode()
    {
        var ns = await shared.NewNamespaceAsync();

        var run = await Lab.KubectlWithInputAsync("hello\n", "run", "once", "-n", ns, "-i", "--rm", "--restart=Never", "--image=busybox", "--", "sh", "-c", "cat; exit 3");

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("hello\n", run.Output);
        Assert.Contains("pod \"once\" deleted", run.Output);
        Assert.Null(await Lab.Api.FindPodAsync(ns, "once"));
    }

    [RequiresToolFact("kubectl")]
    public async Task RunTerminal_Shell_EchoesAndIsRemoved()
    {
        var ns = await shared.NewNamespaceAsync();
        await using var terminal = Terminal.Kubectl(Lab, $"run shell -n {ns} -it --rm --restart=Never --image=busybox -- sh");

        await terminal.ShowsAsync("If you don't see a command prompt, try pressing enter.");
        await terminal.TypeAsync("\r");
        await terminal.ShowsAsync("/ # ");
        await terminal.TypeAsync("echo $((20 + 3))\r");
        await terminal.ShowsAsync("\n23\n/ # ");
        await terminal.TypeAsync("exit\r");

        Assert.Equal(0, await terminal.EndAsync());
        Assert.Contains("/ # echo $((20 + 3))\n23\n/ # exit\n", terminal.Seen);
        Assert.EndsWith("pod \"shell\" deleted\n", terminal.Seen);
    }

    [RequiresToolFact("kubectl")]
    public async Task Cp_FilesAndFolders_BothWays()
    {
        var ns = await RunAsync("box", "--image=busybox", "--", "sleep", "1000");
        var folder = Directory.CreateTempSubdirectory("mk8s-cp-");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, "site", "img"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "site", "index.html"), "<h1>hello</h1>\n");
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "site", "img", "logo"), [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))]);

            await Lab.KubectlOkAsync("cp", Path.Combine(folder.FullName, "site"), $"{ns}/box:/tmp");
            await Lab.KubectlOkAsync("cp", Path.Combine(folder.FullName, "site", "index.html"), $"{ns}/box:/tmp/renamed.html");
            await Lab.KubectlOkAsync("cp", $"{ns}/box:/tmp/site", Path.Combine(folder.FullName, "back"));
            await Lab.KubectlOkAsync("cp", $"{ns}/box:/tmp/renamed.html", Path.Combine(folder.FullName, "one.html"));
            var absent = await Lab.KubectlAsync("cp", $"{ns}/box:/tmp/nope", Path.Combine(folder.FullName, "nope"));

            Assert.Equal("<h1>hello</h1>\n", (await ExecAsync(ns, "cat", "/tmp/site/index.html")).Output);
            Assert.Equal("<h1>hello</h1>\n", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "one.html")));
            Assert.Equal(
                await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "site", "img", "logo")),
                await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "back", "img", "logo")));
            Assert.Equal(1, absent.ExitCode);
            Assert.Contains("No such file or directory", absent.Output);       // kubectl shows what tar says as output
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [RequiresToolFact("kubectl")]
    public async Task PortForward_RunningPod_IsReachedLocally()
    {
        var ns = await RunAsync("web", "--image=nginx");
        using var forward = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", Lab.Kubeconfig, "port-forward", "pod/web", "-n", ns, "--address", "127.0.0.1", ":80", ":81"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            var open = PortOf(await forward.StandardOutput.ReadLineAsync());
            var closed = PortOf(await forward.StandardOutput.ReadLineAsync());
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

            var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetStringAsync($"http://127.0.0.1:{open}/")));
            using var missing = await client.GetAsync($"http://127.0.0.1:{open}/nope");
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{closed}/"));
            var error = await forward.StandardError.ReadToEndAsync().WaitAsync(Eventually.Patience);

            Assert.All(pages, page => Assert.Contains("Welcome to nginx!", page));
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            Assert.Matches(@"an error occurred forwarding \d+ -> 81: error forwarding port 81 to pod [0-9a-f]{64}, uid : failed to execute portforward in network namespace .* connect: connection refused", error);
            Assert.Contains("error: lost connection to pod", error);
        }
        finally
        {
            if (!forward.HasExited) forward.Kill();
        }
    }

    [RequiresToolFact("kubectl")]
    public async Task Eviction_Posted_DeletesThePod()
    {
        var ns = await RunAsync("web", "--image=nginx");

        var answer = await Lab.KubectlWithInputAsync(
            $$$"""{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"web","namespace":"{{{ns}}}"},"deleteOptions":{"gracePeriodSeconds":1}}""",
            "create", "--raw", $"/api/v1/namespaces/{ns}/pods/web/eviction", "-f", "-");

        Assert.True(answer.ExitCode == 0, answer.Error);
        Assert.Contains("\"status\":\"Success\"", answer.Output);
        await Lab.Api.UntilGoneAsync(ns, "web");
    }

    private static int PortOf(string? line) => int.Parse(Regex.Match(line ?? "", @"^Forwarding from 127\.0\.0\.1:(\d+) -> \d+$").Groups[1].Value);

    private async Task<string> RunAsync(string name, params string[] arguments)
    {
        var ns = await shared.NewNamespaceAsync();
        await Lab.KubectlOkAsync(["run", name, "-n", ns, .. arguments]);
        await WaitReadyAsync(ns, name);
        return ns;
    }

    private Task<CommandResult> ExecAsync(string ns, params string[] command) => Lab.KubectlAsync(["exec", "box", "-n", ns, "--", .. command]);

    private Task WaitReadyAsync(string ns, string pod) => Lab.KubectlOkAsync("wait", $"pod/{pod}", "-n", ns, "--for=condition=Ready", "--timeout=60s");
}
