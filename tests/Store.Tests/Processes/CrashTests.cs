using System.Collections.Concurrent;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The real process, killed without warning under load: nothing that was answered may be missing or changed.</summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData("always")]
    [InlineData("off")]
    public async Task Kill_UnderWriteLoad_LosesNoAnsweredWrite(string fsync)
    {
        using var directory = new TemporaryDirectory();
        var answered = new ConcurrentDictionary<string, long>();
        var random = new Random(1);

        for (var round = 0; round < 4; round++)
        {
            await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", fsync, "--segment-bytes", "20000");
            await CheckAsync(store, answered);
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var goal = answered.Count + random.Next(200, 600);
            var writers = Enumerable.Range(0, 8).Select(writer => WriteUntilDeadAsync(store, $"{round}/{writer}", answered, goal, enough)).ToArray();

            await enough.Task.OrMissing($"{goal} answered writes");
            await store.KillAsync();
            await Task.WhenAll(writers).OrMissing("the end of the writers");
        }

        await using var last = await ServerProcess.StartStoreAsync(directory.File("data"));
        await CheckAsync(last, answered);
        Assert.Equal(answered.Count, answered.Values.Distinct().Count());
    }

    [Fact]
    public async Task Stop_UnderWriteLoad_EndsInOrderWithEveryAnsweredWriteKept()
    {
        using var directory = new TemporaryDirectory();
        var answered = new ConcurrentDictionary<string, long>();
        await using (var store = await ServerProcess.StartStoreAsync(directory.File("data")))
        {
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writers = Enumerable.Range(0, 8).Select(writer => WriteUntilDeadAsync(store, $"{writer}", answered, 300, enough)).ToArray();
            await enough.Task.OrMissing("300 answered writes");

            Assert.Equal(0, await store.StopAsync());
            await Task.WhenAll(writers).OrMissing("the end of the writers");
        }

        await using var again = await ServerProcess.StartStoreAsync(directory.File("data"));
        await CheckAsync(again, answered);
    }

    [Fact]
    public async Task Start_OnDamagedData_EndsWithAMessageThatNamesFileAndOffset()
    {
        using var directory = new TemporaryDirectory();
        await using (var store = await ServerProcess.StartStoreAsync(directory.File("data")))
        {
            for (var i = 0; i < 3; i++) await store.Kv.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8($"k{i}") });
            await store.KillAsync();
        }
        var log = Assert.Single(Directory.GetFiles(directory.File("data"), "log-*"));
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[30] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);

        await using var refused = ServerProcess.StartUnready(directory.File("data"));

        Assert.Equal(1, await refused.ExitAsync());
        Assert.Contains($"{log} is damaged at offset 16: a record does not match its checksum", refused.Output, StringComparison.Ordinal);
    }

    // Each writer puts key after key; the answer's revision is what must be found again.
    private static async Task WriteUntilDeadAsync(
        ServerProcess store, string name, ConcurrentDictionary<string, long> answered, int goal, TaskCompletionSource enough)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var key = $"{name}/{i:D6}";
                var response = await store.Kv.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8($"value of {key}") });
                answered[key] = response.Header.Revision;
                if (i % 50 == 49 && name.EndsWith('0')) await store.Kv.CompactAsync(new CompactionRequest { Revision = response.Header.Revision - 10 });
                if (answered.Count >= goal) enough.TrySetResult();
            }
        }
        catch (RpcException ex) when (ex.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal)
        {
            // The process is gone; what became of this one write is open.
        }
    }

    private static async Task CheckAsync(ServerProcess store, ConcurrentDictionary<string, long> answered)
    {
        var all = await store.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) });
        var found = all.Kvs.ToDictionary(kv => kv.Key.ToStringUtf8());
        foreach (var (key, revision) in answered)
        {
            Assert.True(found.ContainsKey(key), $"{key}, answered with revision {revision}, is missing");
            Assert.Equal((revision, $"value of {key}", 1L), (found[key].ModRevision, found[key].Value.ToStringUtf8(), found[key].Version));
        }
        // No hole and no revision twice: one put, one revision.
        Assert.Equal(all.Kvs.Select(kv => kv.ModRevision).Order(), Enumerable.Range(2, all.Kvs.Count).Select(revision => (long)revision));
        Assert.Equal(all.Kvs.Count + 1, all.Header.Revision);
    }
}
