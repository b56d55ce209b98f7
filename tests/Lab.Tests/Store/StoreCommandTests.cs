using System.CommandLine;
using System.Diagnostics;

using Google.Protobuf;

using Grpc.Net.Client;

using MiniK8s.Api.Codecs;
using MiniK8s.Lab.Commands.Store;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Lab.Tests.Store;

/// <summary>The command as a user runs it, on both stores.</summary>
public sealed class StoreCommandTests : IAsyncLifetime
{
    private const string Key = "/registry/configmaps/default/a";

    private StoreServer _server = null!;
    private GrpcChannel _channel = null!;

    private KV.KVClient Kv => new(_channel);

    public async Task InitializeAsync()
    {
        _server = await StoreServer.StartAsync(StoreUnderTest.Kind);
        _channel = GrpcChannel.ForAddress(_server.Endpoint);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [EveryStoreFact]
    public async Task Get_Object_IsYamlUnderItsRevisions()
    {
        var created = await PutAsync("one");
        var changed = await PutAsync("two");

        var newest = await RunAsync("get", "configmap/a");
        var first = await RunAsync("get", Key, "--rev", $"{created}");
        var keys = await RunAsync("get", "configmaps/");

        Assert.Equal((0, ""), (newest.Code, newest.Error));
        Assert.StartsWith($"""
            # key:             {Key}
            # create_revision: {created}
            # mod_revision:    {changed} (its resourceVersion)
            # version:         2 (writes since it was created)
            # lease:           none
            # value:           v1, Kind=ConfigMap, as protobuf, 
            """, newest.Output);
        Assert.EndsWith("\napiVersion: v1\ndata:\n  k: two\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: a\n  namespace: default\n", newest.Output);
        Assert.Contains("\n  k: one\n", first.Output);
        Assert.Equal($"MOD_REVISION  VERSION  KEY\n{changed,-12}  2        {Key}\n", keys.Output);
    }

    [EveryStoreFact]
    public async Task History_LivesOfAKey_AreToldFromTheFirstToTheLast()
    {
        var (created, changed) = (await PutAsync("one"), await PutAsync("two"));
        await PutOtherAsync();
        var deleted = await DeleteAsync();
        var gone = await RunAsync("history", "configmap/a");
        await PutOtherAsync();
        var again = await PutAsync("three");
        var back = await RunAsync("history", Key);

        string[] lines =
        [
            "REVISION  VERSION  TIME                  WHAT",
            $"{created,-8}  1        -                     created",
            $"{changed,-8}  2        -                     data.k: one -> two",
            $"{deleted,-8}  -        -                     deleted",
        ];
        Assert.Equal((0, string.Join('\n', lines) + "\n"), (gone.Code, gone.Output));
        Assert.Equal(string.Join('\n', [.. lines, $"{again,-8}  1        -                     created again"]) + "\n", back.Output);
    }

    [EveryStoreFact]
    public async Task History_AfterACompaction_BeginsWithWhatItLeft()
    {
        await PutAsync("one");
        var (changed, last) = (await PutAsync("two"), await PutOtherAsync());
        await Kv.CompactAsync(new() { Revision = last });
        var whole = await RunAsync("history", Key);
        var then = await PutAsync("three");
        var more = await RunAsync("history", Key);
        var deleted = await DeleteAsync();
        var gone = await RunAsync("history", Key);

        var kept = $"REVISION  VERSION  TIME                  WHAT\n{changed,-8}  2        -                     as the compaction left it; what came before is gone\n";
        Assert.Equal(kept, whole.Output);
        Assert.Equal($"{kept}{then,-8}  3        -                     data.k: two -> three\n", more.Output);
        Assert.Equal($"{more.Output}{deleted,-8}  -        -                     deleted\n", gone.Output);
    }

    [EveryStoreFact]
    public async Task History_LongerThanOneMessage_IsWhole()
    {
        // A server sends at most 1,000 revisions at once.
        await Task.WhenAll(Enumerable.Range(0, 1500).Select(i => PutAsync($"{i}")));
        var deleted = await DeleteAsync();

        var told = (await RunAsync("history", Key)).Output.TrimEnd('\n').Split('\n');

        Assert.Equal([.. Enumerable.Range(1, 1500).Select(i => $"{i}"), "-"], told.Skip(1).Select(line => line[10..17].TrimEnd()));
        Assert.StartsWith($"{deleted,-8}  -        -                     deleted", told[^1]);
    }

    [EveryStoreFact]
    public async Task Diff_OfAVersion_IsAgainstTheOneBefore()
    {
        var (created, changed) = (await PutAsync("one"), await PutAsync("two"));
        await PutOtherAsync();
        var newest = await RunAsync("diff", "configmap/a");
        var first = await RunAsync("diff", Key, "--rev", $"{created}");
        var deleted = await DeleteAsync();
        var last = await RunAsync("diff", Key, "--rev", $"{deleted}");
        await PutOtherAsync();
        var gone = await RunAsync("diff", Key);

        Assert.Equal($"""
            --- {Key} revision {created} version 1
            +++ {Key} revision {changed} version 2
            @@ -1,6 +1,6 @@
             apiVersion: v1
             data:
            -  k: one
            +  k: two
             kind: ConfigMap
             metadata:
               creationTimestamp: null

            """, newest.Output);
        Assert.StartsWith($"--- {Key} not there at revision {created - 1}\n+++ {Key} revision {created} version 1\n@@ -0,0 +1,8 @@\n+apiVersion: v1\n", first.Output);
        Assert.StartsWith($"--- {Key} revision {changed} version 2\n+++ {Key} not there at revision {deleted}\n@@ -1,8 +0,0 @@\n-apiVersion: v1\n", last.Output);
        Assert.Equal((1, ""), (gone.Code, gone.Output));
        Assert.StartsWith($"There is no {Key} in the store at ", gone.Error);
    }

    [EveryStoreFact]
    public async Task Process_OutputThatIsNoTerminal_IsPlain()
    {
        await PutAsync("one");
        await PutAsync("two");

        var (code, output) = await RunProcessAsync("diff", "configmap/a", "--endpoints", new Uri(_server.Endpoint).Authority);

        Assert.Equal(0, code);
        Assert.Contains("\n-  k: one\n+  k: two\n", output);
    }

    [EveryStoreFact]
    public async Task Failures_AreToldInWordsToActOn()
    {
        var created = await PutAsync("one");
        var changed = await PutAsync("two");
        await Kv.CompactAsync(new() { Revision = changed });
        var at = $"the store at {_server.Endpoint}";

        Assert.Equal($"Revision {created} is compacted away: {at} keeps nothing older than revision {changed}\n", await FailureAsync("get", Key, "--rev", $"{created}"));
        Assert.Equal($"Revision {created} is compacted away: {at} keeps nothing older than revision {changed}\n", await FailureAsync("diff", Key));
        Assert.Equal($"Revision 999 is in the future: {at} is at revision {changed}\n", await FailureAsync("get", Key, "--rev", "999"));
        Assert.Equal($"There is no /registry/pods/default/x in {at}; `mk8s store history` shows whether there was\n", await FailureAsync("get", "pod/x"));
        Assert.Equal($"There is no /registry/pods/default/x in {at}, nor any trace of it since the last compaction\n", await FailureAsync("history", "pod/x"));
        Assert.Equal($"No key in {at} begins with /registry/pods/\n", await FailureAsync("get", "pods/"));
        await _server.KillAsync();
        Assert.Equal(
            $"No store answers at {_server.Endpoint} (Connection refused)\nStart a lab with `mk8s up`, or name the store with --endpoints\n", await FailureAsync("get", Key));
    }

    private async Task<long> PutAsync(string value)
    {
        var map = new ConfigMap { Metadata = new() { Name = "a", Namespace = "default" }, Data = { ["k"] = value } };
        return (await Kv.PutAsync(new() { Key = ByteString.CopyFromUtf8(Key), Value = ByteString.CopyFrom(ProtobufCodec.Encode(map)) })).Header.Revision;
    }

    private async Task<long> PutOtherAsync() => (await Kv.PutAsync(new() { Key = ByteString.CopyFromUtf8("other"), Value = ByteString.CopyFromUtf8("x") })).Header.Revision;

    private async Task<long> DeleteAsync() => (await Kv.DeleteRangeAsync(new() { Key = ByteString.CopyFromUtf8(Key) })).Header.Revision;

    private async Task<string> FailureAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);
        Assert.Equal((1, ""), (code, output));
        return error;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        // On a clock that stands: what the command does when its own patience ends is not what is tested here, however busy the machine.
        var code = await StoreCommand.Create(new ManualTimeProvider()).Parse([.. arguments, "--endpoints", _server.Endpoint])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }).OrMissing($"the end of mk8s store {string.Join(' ', arguments)}");
        return (code, output.ToString(), error.ToString());
    }

    private async Task<(int Code, string Output)> RunProcessAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mk8s.dll"), "store", .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().OrMissing("the end of mk8s");
        return (process.ExitCode, (await output).ReplaceLineEndings("\n"));
    }
}
