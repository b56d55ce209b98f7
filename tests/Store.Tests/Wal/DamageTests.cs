using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Processes;

using Xunit.Abstractions;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>A bit flipped, or the end cut off, of any file of a data directory, 1,000 times: harmless or refused, never a wrong answer.</summary>
public sealed class DamageTests(ITestOutputHelper output) : IDisposable
{
    private const int SegmentBytes = 16_000;
    private const int Damages = 500;        // of each of two directories
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { SegmentBytes = SegmentBytes };
    private readonly Dictionary<string, byte[]> _files = [];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("settle-after-commit=2*kill")]
    public async Task Recover_AnyFileDamaged_IsTheSameStoreOrRefusedByTheFilesName(string failpoints)
    {
        await WriteByARealProcessAsync(failpoints);
        var sound = Recovered();        // before the files are taken: the write that the process died in is in the log, and nobody's yet
        foreach (var file in Directory.GetFiles(Data)) _files[Path.GetFileName(file)] = await File.ReadAllBytesAsync(file);
        var (random, refused, harmless) = (new Random(11), new SortedDictionary<string, int>(), new SortedDictionary<string, int>());

        for (var i = 0; i < Damages; i++)
        {
            PutBack();
            var (name, what) = Damage(random);
            try
            {
                Assert.True(sound == Recovered(), $"{what}: taken for a sound store that says {Recovered()}, but it was {sound}");
                harmless[name] = harmless.GetValueOrDefault(name) + 1;
            }
            catch (InvalidDataException refusal)
            {
                Assert.True(refusal.Message.Contains(name, StringComparison.Ordinal), $"{what}: the refusal does not name the file: {refusal.Message}");
                refused[name] = refused.GetValueOrDefault(name) + 1;
            }
        }

        output.WriteLine($"refused: {string.Join(", ", refused)}");
        output.WriteLine($"harmless: {string.Join(", ", harmless)}");
        Assert.Equal(Damages, refused.Values.Sum() + harmless.Values.Sum());
        Assert.InRange(refused.Values.Sum(), Damages / 4, Damages);
    }

    private string Data => _directory.File("data");

    private string Recovered()
    {
        using var open = new OpenStore(Data, _options);
        return $"{open.Identity} {Fingerprint.Of(open.Store.Current)}";
    }

    private (string Name, string What) Damage(Random random)
    {
        var names = _files.Where(file => file.Value.Length > 0).Select(file => file.Key).Order(StringComparer.Ordinal).ToArray();
        var name = names[random.Next(names.Length)];
        var bytes = (byte[])_files[name].Clone();
        // Most of a fresh file may be room that nothing was written to yet: half of the hits go where something was.
        var used = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        var at = random.Next(random.Next(2) == 0 ? int.Max(used, 1) : bytes.Length);
        if (random.Next(3) == 0)
        {
            File.WriteAllBytes(Path.Combine(Data, name), bytes[..at]);
            return (name, $"{name} cut to {at} of {bytes.Length}");
        }
        var bit = random.Next(8);
        bytes[at] ^= (byte)(1 << bit);
        File.WriteAllBytes(Path.Combine(Data, name), bytes);
        return (name, $"{name} with bit {bit} of byte {at} flipped");
    }

    private void PutBack()
    {
        foreach (var gone in Directory.GetFiles(Data).Where(file => !_files.ContainsKey(Path.GetFileName(file)))) File.Delete(gone);
        foreach (var (name, bytes) in _files) File.WriteAllBytes(Path.Combine(Data, name), bytes);
    }

    // Some of it ends up in the backend alone, some in the log alone, and where the process dies while it settles, some in both.
    private async Task WriteByARealProcessAsync(string failpoints)
    {
        string[] keepNone = failpoints.Length == 0 ? ["--settled-segments", "0"] : [];      // what is settled and still there can be damaged as well
        await using var store = await ServerProcess.StartStoreAsync(Data, ["--segment-bytes", $"{SegmentBytes}", "--failpoints", failpoints, .. keepNone]);
        var lease = await store.Lease.LeaseGrantAsync(new LeaseGrantRequest { TTL = 5000 });
        try
        {
            for (var i = 0; i < 400; i++) await WriteAsync(store, i, lease.ID);
            if (failpoints.Length == 0) await SettledAsync();
            for (var i = 400; i < 460; i++) await WriteAsync(store, i, lease.ID);
            if (failpoints.Length == 0) await store.KillAsync();
        }
        catch (RpcException) when (failpoints.Length > 0)
        {
            // It killed itself in the midst of this write.
        }
        await store.ExitAsync();
    }

    private static async Task WriteAsync(ServerProcess store, int i, long lease)
    {
        var put = new PutRequest { Key = Bytes($"key{i % 40}"), Value = Bytes($"value {i} {new string('v', i % 200)}"), Lease = i % 7 == 0 ? lease : 0 };
        var done = await store.Kv.TxnAsync(new TxnRequest { Success = { new RequestOp { RequestPut = put }, new RequestOp { RequestPut = new PutRequest { Key = Bytes($"other{i}") } } } });
        if (i % 50 == 40) await store.Kv.CompactAsync(new CompactionRequest { Revision = done.Header.Revision - 30 });
        if (i % 60 == 50) await store.Kv.DeleteRangeAsync(new DeleteRangeRequest { Key = Bytes("other1"), RangeEnd = Bytes("other2") });
    }

    private async Task SettledAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (Directory.GetFiles(Data, "log-*").Length > 1) await Task.Delay(20, patience.Token);
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
