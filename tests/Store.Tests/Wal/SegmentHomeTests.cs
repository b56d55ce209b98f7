using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>Values read back from a segment of the log.</summary>
public sealed class SegmentHomeTests : IDisposable
{
    private static readonly KeyValue Value = new() { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8("value"), ModRevision = 5, CreateRevision = 5, Version = 1 };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        using var home = new SegmentHome(Write(Value.ToByteArray()));

        Assert.Equal(Value, Forgotten(home).Read());
    }

    [Fact]
    public void Read_BytesThatChanged_NamesFileAndOffset()
    {
        var bytes = Value.ToByteArray();
        bytes[^1] ^= 1;
        var file = Write(bytes);
        using var home = new SegmentHome(file);

        var damage = Assert.Throws<InvalidDataException>(() => Forgotten(home).Read());

        Assert.StartsWith($"{file} is damaged at offset 3", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OnceSettled_StillReadsTheFile()
    {
        using var home = new SegmentHome(Write(Value.ToByteArray()));
        using var other = new SegmentHome(Write([]));
        var version = Forgotten(home);

        home.Settle(other);

        Assert.Equal(Value, version.Read());
    }

    [Fact]
    public void Read_SettledAndClosed_AsksTheSuccessor()
    {
        using var home = new SegmentHome(Write(Value.ToByteArray()));
        using var next = new SegmentHome(Write(Value.ToByteArray()));
        var version = Forgotten(home);

        home.Settle(next);
        home.Dispose();

        Assert.Equal(Value, version.Read());
    }

    private static KeyVersion Forgotten(SegmentHome home)
    {
        var (version, bytes) = (new KeyVersion(Value), Value.ToByteArray());
        version.SetHome(home, new VersionPlace(3, bytes.Length, Crc32C.Of(bytes)));
        version.Forget();
        return version;
    }

    // Three bytes of something else come first.
    private string Write(byte[] bytes)
    {
        var file = _directory.File($"{Guid.NewGuid():N}");
        File.WriteAllBytes(file, [1, 2, 3, .. bytes]);
        return file;
    }
}
