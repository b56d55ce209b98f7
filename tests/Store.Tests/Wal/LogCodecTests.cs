using System.Buffers;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>Entries as bytes, and back.</summary>
public sealed class LogCodecTests
{
    private static readonly KeyValue[] _values =
    [
        new() { Key = Bytes(1, 0), CreateRevision = 2, ModRevision = 2, Version = 1, Value = Bytes(300, 1) },
        new() { Key = Bytes(300, 2), CreateRevision = 1L << 40, ModRevision = long.MaxValue, Version = 1L << 33, Lease = long.MinValue, Value = Bytes(1, 3) },
        new() { Key = Bytes(7, 4), CreateRevision = 3, ModRevision = 4, Version = 2, Lease = 77 },      // an empty value is not written at all
        new() { Key = Bytes(7, 4), ModRevision = 5 },
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_WhatWasWritten_GivesTheSameEntries(bool inPlace)
    {
        LogEntry[] entries = [Revision(2, _values), new CompactionEntry(2), new LeaseGrantEntry(-7, 60), Revision(3, _values[0]), new LeaseRevokeEntry(-7), new AlarmEntry(AlarmType.Nospace, true)];

        var read = LogCodec.Read(Write(entries), inPlace: inPlace).ToArray();

        Assert.Equal(_values, ((RevisionEntry)read[0]).Events.Select(stored => stored.Version.Read()));
        Assert.Equal(_values[..1], ((RevisionEntry)read[3]).Events.Select(stored => stored.Version.Read()));
        Assert.Equal(entries.Where(entry => entry is not RevisionEntry), read.Where(entry => entry is not RevisionEntry));
    }

    [Fact]
    public void Read_InPlace_GivesThePayloadsOwnBytes()
    {
        var payload = Write(Revision(2, _values[0]));
        var (copied, shared) = (Only(LogCodec.Read(payload)), Only(LogCodec.Read(payload, inPlace: true)));

        payload.AsSpan().Clear();

        Assert.Equal(_values[0], copied);
        Assert.Equal(new byte[300], shared.Value.ToByteArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_WhatEndsTooSoon_IsRefused(bool inPlace)
    {
        var payload = Write(Revision(2, _values));
        for (var length = 1; length < payload.Length; length++)
        {
            Assert.ThrowsAny<Exception>(() => LogCodec.Read(payload.AsMemory(0, length), inPlace: inPlace).ToArray());
        }
    }

    private static KeyValue Only(IEnumerable<LogEntry> entries) => ((RevisionEntry)entries.Single()).Events.Single().Version.Read();

    private static RevisionEntry Revision(long revision, params KeyValue[] values) =>
        new(revision, [.. values.Select(value => new StoredEvent(new KeyVersion(value), previous: null))]);

    private static byte[] Write(params LogEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var entry in entries) LogCodec.Write(output, entry);
        return output.WrittenSpan.ToArray();
    }

    private static ByteString Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
