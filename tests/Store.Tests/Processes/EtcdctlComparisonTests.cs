using System.Text.RegularExpressions;


namespace MiniK8s.Store.Tests.Processes;

/// <summary>
/// The same etcdctl commands to our store and to a real etcd: the same text, once ids, addresses, sizes, versions, hashes and
/// times are replaced by their names.
/// </summary>
public sealed partial class EtcdctlComparisonTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _etcd;
    private ServerProcess? _store;

    /// <summary>Scripts by name, one command a line. What follows " &lt; " is typed into it, "/" being Enter.</summary>
    public static TheoryData<string, string> Scripts => new()
    {
        { "put", "put a 1 | put a 2 --prev-kv | put b --ignore-value | put a --ignore-value | put a 3 -w json | put a 4 -w fields | put c 1 --lease=77 | put" },
        { "get", "put a 1 | put ab 2 | put b 3 | get a | get a b | get --prefix a --keys-only | get --from-key ab --print-value-only | get a --rev=2 -w json | get a -w fields | get zz | get --prefix a --count-only -w json | get a c --sort-by=MODIFY --order=DESCEND --limit=2 | get a --rev=99" },
        { "del", "put a 1 | put b 2 | put bb 3 | del a --prev-kv | del --prefix b | del a | del zz -w json | put k 1 | del --from-key k -w fields" },
        { "txn", "put a 1 | txn < value(\"a\") = \"1\"//put a 2/get a//put a 3// | txn < mod(\"a\") > \"99\"//del a//get a// | txn -w json < version(\"a\") = \"2\"//del a//get a//" },
        { "compaction", "put a 1 | put a 2 | put a 3 | compaction 3 | compaction 3 | compaction 99 | compaction 4 --physical | get a --rev=2 | get a --rev=3" },
        { "lease", "lease list | lease grant 500 --lease-id=bad | lease revoke 12345 | lease timetolive 12345 | lease keep-alive 12345 --once" },
        { "alarm", "alarm list | alarm disarm" },
        { "endpoint", "put a 1 | endpoint health | endpoint status | endpoint status -w fields | endpoint status -w table | endpoint hashkv -w json | endpoint hashkv -w fields | endpoint hashkv --rev=99 | endpoint status --cluster | endpoint health --cluster -w json | endpoint status -w protobuf" },
        { "member", "member list | member list -w json | member list -w table | member list -w fields | member remove 1 | member update 1 --peer-urls http://127.0.0.1:1 | member promote 1" },
        { "leader", "move-leader 1" },
        { "lock", "lock name echo held" },
        { "user", "--user me:secret put a 1 | --user me:secret get a" },
        { "defrag", "put a 1 | defrag" },
        { "version", "version" },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_etcd is not null) await _etcd.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _directory.Dispose();
    }

    [RequiresToolTheory("etcd", "etcdctl")]
    [MemberData(nameof(Scripts))]
    public async Task Script_ToBoth_PrintsTheSame(string name, string script)
    {
        _etcd = await ServerProcess.StartEtcdAsync(_directory.File("etcd"));
        _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");

        foreach (var command in script.Split(" | "))
        {
            var (typed, arguments) = command.Split(" < ") is [var left, var right] ? (right.Replace('/', '\n'), left) : (null, command);
            var words = arguments.Split(' ');

            var expected = Normalize(await Etcdctl.RunAsync(_etcd.Endpoint, typed, words), _etcd.Endpoint);
            var actual = Normalize(await Etcdctl.RunAsync(_store.Endpoint, typed, words), _store.Endpoint);

            Assert.True(expected == actual, $"{name}: etcdctl {command}\netcd:\n{expected}\nstore:\n{actual}");
        }
    }

    [RequiresToolTheory("etcd", "etcdctl")]
    [InlineData("store", "etcd")]
    [InlineData("etcd", "store")]
    public async Task MakeMirror_BothWays_CarriesKeysAndThenChanges(string from, string to)
    {
        _etcd = await ServerProcess.StartEtcdAsync(_directory.File("etcd"));
        _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");
        var (source, target) = from == "store" ? (_store, _etcd) : (_etcd, _store);
        for (var i = 0; i < 50; i++) await source.Kv.PutAsync(new() { Key = Bytes($"k{i:D2}"), Value = Bytes($"{i}") });

        using var mirror = Etcdctl.Start(source.Endpoint, "make-mirror", "--no-dest-prefix", target.Endpoint);
        await UntilAsync(target, "k49", "49", $"the last key from {from} in {to}");
        await source.Kv.DeleteRangeAsync(new() { Key = Bytes("k00") });
        await source.Kv.PutAsync(new() { Key = Bytes("k49"), Value = Bytes("new") });
        await UntilAsync(target, "k49", "new", $"a change in {from} in {to}");
        mirror.Kill();
        await mirror.WaitForExitAsync();

        Assert.Equal(await Etcdctl.RunAsync(source.Endpoint, null, "get", "--prefix", "k"), await Etcdctl.RunAsync(target.Endpoint, null, "get", "--prefix", "k"));
    }

    private static async Task UntilAsync(ServerProcess server, string key, string value, string what)
    {
        using var watch = server.Watch.Watch();
        await watch.RequestStream.WriteAsync(new() { CreateRequest = new() { Key = Bytes(key), StartRevision = 1 } });
        while (await watch.ResponseStream.MoveNext(CancellationToken.None).OrMissing(what))
        {
            if (watch.ResponseStream.Current.Events.Any(change => change.Kv.Value.ToStringUtf8() == value)) return;
        }
    }

    private static Google.Protobuf.ByteString Bytes(string text) => Google.Protobuf.ByteString.CopyFromUtf8(text);

    private static string Normalize(string output, string endpoint)
    {
        output = output.Replace($"http://{endpoint}", "URL", StringComparison.Ordinal).Replace(endpoint, "ENDPOINT", StringComparison.Ordinal);
        foreach (var (pattern, name) in Names()) output = pattern.Replace(output, name);
        return output;
    }

    private static IEnumerable<(Regex Pattern, string Name)> Names() =>
    [
        (PeerUrls(), ""),
        (Dashes(), "-"),
        (Spaces(), " "),
        (DecimalId(), "ID"),
        (HexId(), "ID"),
        (Size(), "SIZE"),
        (Took(), "TOOK"),
        (ServerVersion(), "VERSION"),
        (Number(), "${name}N"),
        (Statuses(), ", N, N"),
        (MemberName(), "NAME"),
        (HashColumn(), "ENDPOINT, HASH"),
    ];

    // Our member has no peers.
    [GeneratedRegex("""(,"peerURLs":\["[^"]*"\]|"PeerURL" : "[^"]*"\n|http://127\.0\.0\.1:\d+)""")]
    private static partial Regex PeerUrls();

    [GeneratedRegex("-{2,}")]
    private static partial Regex Dashes();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\b\d{15,20}\b")]
    private static partial Regex DecimalId();

    // Printed without leading zeros: one in 4,096 has fewer than 14 digits.
    [GeneratedRegex(@"\b[0-9a-f]{11,16}\b")]
    private static partial Regex HexId();

    [GeneratedRegex(@"\b\d+(\.\d+)? ([kM]?B)\b")]
    private static partial Regex Size();

    [GeneratedRegex(@"\d+(\.\d+)?(µs|ms|s)\b")]
    private static partial Regex Took();

    [GeneratedRegex(@"3\.[45]\.\d+")]
    private static partial Regex ServerVersion();

    // Sizes, hashes and Raft's indexes, which ours takes from the revision.
    [GeneratedRegex("""(?<name>"(dbSize|dbSizeInUse|raftIndex|raftAppliedIndex|hash)":|"(DBSize|RaftIndex|RaftAppliedIndex|Hash)" : )\d+""")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<=false, 2), \d+, \d+|(?<=false \| 2) \| \d+ \| \d+")]
    private static partial Regex Statuses();

    [GeneratedRegex(@"\b(default|store)\b")]
    private static partial Regex MemberName();

    [GeneratedRegex(@"ENDPOINT, \d+$")]
    private static partial Regex HashColumn();
}
