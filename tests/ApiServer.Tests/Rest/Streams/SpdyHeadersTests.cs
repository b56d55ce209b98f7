using System.IO.Compression;

using MiniK8s.ApiServer.Rest.Streams.Spdy;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

public sealed class SpdyHeadersTests
{
    [Fact]
    public void Dictionary_IsThatOfTheStandard()
    {
        uint a = 1, b = 0;
        foreach (var next in SpdyDictionary.Bytes) (a, b) = ((a + next) % 65521, (b + a + next) % 65521);

        Assert.Equal(1423, SpdyDictionary.Bytes.Length);
        Assert.Equal(SpdyDictionary.Id, (b << 16) | a);
    }

    [Fact]
    public void Read_BlocksOfAClientWithTheDictionary_HoldTheirHeaders()
    {
        using var reader = new SpdyHeaderReader();

        var first = reader.Read(ClientBlocks.First);
        var second = reader.Read(ClientBlocks.Second);

        Assert.Equal(new Dictionary<string, string> { ["streamtype"] = "error", ["port"] = "80", ["requestid"] = "0" }, first);
        Assert.Equal(new Dictionary<string, string> { ["streamtype"] = "data", ["port"] = "80", ["requestid"] = "0" }, second);
    }

    [Fact]
    public void Read_WhatTheWriterWrote_IsTheSame()
    {
        using var reader = new SpdyHeaderReader();
        var writer = new SpdyHeaderWriter();
        KeyValuePair<string, string>[] headers = [new("streamtype", "stdin"), new("x", ""), new("y", new string('ä', 3000))];

        Assert.Empty(reader.Read(writer.Write([])));
        Assert.Equal(headers, reader.Read(writer.Write(headers)));
        Assert.Equal(headers[..1], reader.Read(writer.Write(headers[..1])));
    }

    [Fact]
    public void Write_Blocks_InflateForWhoeverWaitsForTheFlush()
    {
        var writer = new SpdyHeaderWriter();
        byte[] both = [.. writer.Write([]), .. writer.Write([new("a", "b")])];

        using var inflater = new ZLibStream(new MemoryStream(both), CompressionMode.Decompress);
        var plain = new byte[18];
        inflater.ReadExactly(plain);

        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'a', 0, 0, 0, 1, (byte)'b'], plain);
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "nothing", [] },
        { "no zlib", [0, 0, 0, 0] },
        { "unknown dictionary", [0x78, 0xBB, 1, 2, 3, 4] },
        { "dictionary cut off", [0x78, 0xBB, 0xE3] },
        { "ends within the count", Block([0, 0]) },
        { "negative count", Block([0xFF, 0xFF, 0xFF, 0xFF]) },
        { "too many headers", Block([0, 0, 0, 65]) },
        { "negative length", Block([0, 0, 0, 1, 0x80, 0, 0, 0]) },
        { "length without bytes", Block([0, 0, 0, 1, 0, 0, 0x20, 0]) },
        { "too long", Block([0, 0, 0, 1, 0x7F, 0, 0, 0]) },
        { "no name", Block([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) },
        { "twice", Block([0, 0, 0, 2, 0, 0, 0, 1, 65, 0, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 0, 0]) },
        { "the last deflate block", [0x78, 0x01, 1, 0, 0, 0xFF, 0xFF] },
        { "broken deflate", [0x78, 0x01, 7, 7, 7, 7, 7, 7] },
        { "more than its headers", Block([0, 0, 0, 0, .. new byte[20_000]]) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Read_HostileBlock_IsRefused(string what, byte[] block)
    {
        using var reader = new SpdyHeaderReader();

        Assert.NotNull(what);
        Assert.Throws<SpdyException>(() => reader.Read(block));
    }

    [Fact]
    public void Read_RandomBlocks_NeverFailOtherwise()
    {
        var random = new Random(42);
        for (var i = 0; i < 3000; i++)
        {
            using var reader = new SpdyHeaderReader();
            var block = new byte[random.Next(200)];
            random.NextBytes(block);
            if (block.Length > 2 && i % 2 == 0) (block[0], block[1]) = (0x78, 0x01);
            try
            {
                reader.Read(block);
            }
            catch (SpdyException)
            {
                // This is the one way to refuse.
            }
        }
    }

    private static byte[] Block(byte[] plain) => [0x78, 0x01, .. SpdyHeaderWriter.Stored(plain)];

    // Made with zlib itself: level 9, the dictionary, a sync flush after each block, as clients do.
    private static class ClientBlocks
    {
        public static readonly byte[] First = Convert.FromHexString("78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45a024cc64610024398b209198094adc8c0600000000ffff");
        public static readonly byte[] Second = Convert.FromHexString("c2aa15540a2512d209000000ffff");
    }
}
