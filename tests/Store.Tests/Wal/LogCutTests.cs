using System.Buffers.Binary;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>Power loss, 500 times: everything acknowledged stays, and no batch by half.</summary>
public sealed class LogCutTests : IDisposable
{
    private const int Logs = 25;
    private const int CutsOfEach = 20;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Recover_TailLostAfterTheLastSync_KeepsWhatWasAcknowledgedAndNoBatchByHalf()
    {
        var (cuts, kept) = (0, 0);
        for (var seed = 0; seed < Logs; seed++)
        {
            var log = Written(seed);
            var random = new Random(seed);
            for (var i = 0; i < CutsOfEach; i++)
            {
                log.Lose(random, from: log.SyncedEnd);

                var found = Recovered(log.Options);

                Assert.Contains(found, new[] { log.Synced, log.Whole });
                cuts++;
                if (found == log.Whole) kept++;
            }
        }
        Assert.Equal(500, cuts);
        Assert.InRange(kept, 1, 499);       // both were met
    }

    [Fact]
    public void Recover_WhatWasSyncedIsCutOff_RefusesAndNamesTheFile()
    {
        for (var seed = 0; seed < Logs; seed++)
        {
            var log = Written(seed);
            var random = new Random(seed);
            for (var i = 0; i < CutsOfEach; i++)
            {
                log.Truncate(random.NextInt64(log.SyncedEnd - Frame.Alignment));     // not in the zeroes after the last record

                var refusal = Assert.Throws<InvalidDataException>(() => Recovered(log.Options));

                Assert.Contains(Path.GetFileName(log.File), refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    private string Recovered(StoreOptions options)
    {
        using var open = new OpenStore(_directory.Path, options);
        var found = Fingerprint.Of(open.Store.Current);
        open.Put("goes", "on");
        return found;
    }

    // Up to 40 batches; the last one is written, but its sync never returned.
    private WrittenLog Written(int seed)
    {
        foreach (var old in Directory.GetFiles(_directory.Path)) File.Delete(old);
        var random = new Random(seed);
        var requests = new RandomRequests(random);
        var options = new StoreOptions { SegmentBytes = random.Next(2) == 0 ? 3000 : 16_000 };
        using var open = new OpenStore(_directory.Path, options);
        for (var i = random.Next(5, 40); i > 0; i--) open.Commit(Batch(random, requests, open.Store.Current.Revision));
        open.Put("acknowledged", "last");
        var (synced, end, mark) = (Fingerprint.Of(open.Store.Current), EndOfLast(open), Mark());

        var segments = open.Log.SealedSegments().Count;
        var whole = Batch(random, requests, open.Store.Current.Revision).Append(new PutRequest { Key = ByteString.CopyFromUtf8("in flight"), Value = Long(random) });
        open.Commit(whole.ToArray());
        var file = Directory.GetFiles(_directory.Path, "log-*.wal").Order(StringComparer.Ordinal).Last();
        // The batch may have begun a segment; then all of that one but its head is in flight.
        var start = segments == open.Log.SealedSegments().Count ? end : HeadEnd(file);
        return new WrittenLog(_directory.Path, file, options, start, synced, Fingerprint.Of(open.Store.Current), mark);
    }

    private byte[] Mark()
    {
        using var file = new FileStream(_directory.File("synced"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[4096];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static long HeadEnd(string file)
    {
        using var opened = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var length = new byte[sizeof(int)];
        opened.ReadExactly(length);
        return Frame.SizeOf(BinaryPrimitives.ReadInt32LittleEndian(length));
    }

    private static long EndOfLast(OpenStore open) => open.Log.Bytes - open.Log.SealedSegments().Sum(segment => segment.Length);

    private static ByteString Long(Random random) => ByteString.CopyFrom(Enumerable.Repeat((byte)'x', random.Next(1500)).ToArray());

    private static IMessage[] Batch(Random random, RandomRequests requests, long revision)
    {
        var batch = new List<IMessage>();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            batch.Add(random.Next(10) switch
            {
                0 => requests.Compaction(revision),
                1 => requests.Grant(),
                2 => requests.Revoke(),
                _ => requests.Write(revision),
            });
        }
        return [.. batch.Where(request => request is not TxnRequest txn || RequestChecks.Check(txn, 128) is null)];
    }

    /// <summary>A log as a killed process left it, to be damaged again and again.</summary>
    private sealed class WrittenLog(string directory, string file, StoreOptions options, long syncedEnd, string synced, string whole, byte[] mark)
    {
        private readonly Dictionary<string, byte[]> _files = [];

        public string File => file;

        public StoreOptions Options => options;

        public long SyncedEnd => syncedEnd;

        public string Synced => synced;

        public string Whole => whole;

        /// <summary>Loses bytes after the offset: the file ends there, reads as zeroes from there on, or lacks some sectors.</summary>
        public void Lose(Random random, long from)
        {
            PutBack();
            var bytes = _files[file];
            var at = random.NextInt64(from, long.Min(from + 3000, bytes.Length));
            switch (random.Next(3))
            {
                case 0:
                    System.IO.File.WriteAllBytes(file, bytes[..(int)at]);
                    return;
                case 1:
                    bytes = (byte[])bytes.Clone();
                    bytes.AsSpan((int)(at == from ? at : long.Max(from, at / 512 * 512))).Clear();
                    break;
                default:
                    bytes = (byte[])bytes.Clone();
                    for (var sector = from; sector < bytes.Length; sector = (sector / 512 * 512) + 512)
                    {
                        if (random.Next(2) == 0) bytes.AsSpan((int)sector, (int)(long.Min((sector / 512 * 512) + 512, bytes.Length) - sector)).Clear();
                    }
                    break;
            }
            System.IO.File.WriteAllBytes(file, bytes);
        }

        /// <summary>Ends the file there.</summary>
        public void Truncate(long length)
        {
            PutBack();
            System.IO.File.WriteAllBytes(file, _files[file][..(int)length]);
        }

        private void PutBack()
        {
            if (_files.Count == 0)
            {
                foreach (var each in Directory.GetFiles(directory)) _files[each] = System.IO.File.ReadAllBytes(each);
                _files[Path.Combine(directory, "synced")] = mark;
            }
            foreach (var gone in Directory.GetFiles(directory).Except(_files.Keys)) System.IO.File.Delete(gone);
            foreach (var (path, bytes) in _files) System.IO.File.WriteAllBytes(path, bytes);
        }
    }
}
