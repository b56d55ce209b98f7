using System.Buffers;

using MiniK8s.Store.EtcdServices;

using static MiniK8s.Store.Tests.Connections.Http2Bytes;

namespace MiniK8s.Store.Tests.Connections;

/// <summary>What becomes of a connection's first bytes, whatever they are.</summary>
public sealed class FirstRequestTests
{
    private const string Url = "http://127.0.0.1:2379";
    private const string Host = "httpx--127.0.0.1:2379";

    /// <summary>A header block, and what it must become; the same when nothing may be touched.</summary>
    public static TheoryData<string, byte[], byte[]> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, byte[], byte[]>
            {
                { "first", [.. Authority(Url), .. Post], [.. Authority(Host), .. Post] },
                { "last", [.. Post, .. Authority(Url)], [.. Post, .. Authority(Host)] },
                { "not indexed", [.. Post, .. Authority(Url, 0)], [.. Post, .. Authority(Host, 0)] },
                { "never indexed", [.. Post, .. Authority(Url, 0x10)], [.. Post, .. Authority(Host, 0x10)] },
                { "Huffman", [.. Post, .. HuffmanAuthority(Url)], [.. Post, .. HuffmanAuthority(Host)] },
                { "scheme alone", Authority("http://"), Authority("httpx--") },
                { "Huffman, scheme alone", HuffmanAuthority("http://"), [0x41, 0x86, 0x9d, 0x29, 0xaf, 0xca, 0xcb, 0x7f] },
                { "after a table size", [0x3f, 0xe1, 0x1f, .. Authority(Url)], [0x3f, 0xe1, 0x1f, .. Authority(Host)] },
                { "after a long field", [.. Field("x", new string('x', 300)), .. Authority(Url)], [.. Field("x", new string('x', 300)), .. Authority(Host)] },
                { "long authority", Authority(Url + new string('x', 200)), Authority(Host + new string('x', 200)) },
                { "only the first", [.. Authority(Url), .. Authority(Url)], [.. Authority(Host), .. Authority(Url)] },
            };
            foreach (var (name, block) in Untouched()) blocks.Add(name, block, block);
            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Look_AtARequestCutAnywhere_MendsItsAuthorityAlone(string name, byte[] block, byte[] expected)
    {
        var (bytes, mended) = (Connection(Headers(block)), Connection(Headers(expected)));

        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.True(mended.AsSpan().SequenceEqual(Looked(InPieces([.. bytes], cut))), $"{name}, in two pieces cut at {cut}");
        }
        Assert.Equal(mended, Looked(InPieces([.. bytes], [.. Enumerable.Range(1, bytes.Length - 1)])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Priority)]
    [InlineData(Padded)]
    [InlineData(Padded | Priority)]
    public void Look_AtPaddingAndPriority_FindsTheBlockBetween(byte flags)
    {
        byte[] Request(string host)
        {
            byte[] priority = (flags & Priority) != 0 ? [0, 0, 0, 0, 15] : [];
            byte[] block = [.. priority, .. Post, .. Authority(host)];
            return Connection(Headers((flags & Padded) != 0 ? [30, .. block, .. new byte[30]] : block, (byte)(flags | EndHeaders)));
        }

        Assert.Equal(Request(Host), Looked(InPieces(Request(Url), 3)));
    }

    [Theory]
    [InlineData(new byte[] { }, Padded | Priority)]
    [InlineData(new byte[] { 0 }, Padded | Priority)]
    [InlineData(new byte[] { 255 }, Padded)]
    [InlineData(new byte[] { 255, 0x41 }, Padded)]
    [InlineData(new byte[] { 0, 0, 0 }, Priority)]
    public void Look_AtPaddingBeyondTheFrame_TouchesNothing(byte[] payload, byte flags) => AssertUntouched(Connection(Headers(payload, flags)));

    [Fact]
    public void Look_AtAuthorityInThePadding_TouchesNothing()
    {
        var hidden = Authority(Url);
        AssertUntouched(Connection(Headers([(byte)hidden.Length, .. Post, .. hidden], Padded | EndHeaders)));
    }

    [Fact]
    public void Look_AtAContinuation_TouchesNothing()
    {
        var authority = Authority(Url);
        AssertUntouched([.. Connection(Headers([.. Post, .. authority[..9]], EndStream)), .. Frame(ContinuationType, EndHeaders, 1, authority[9..])]);
    }

    [Theory]
    [InlineData(16 * 1024, false)]
    [InlineData((16 * 1024) + 1, true)]
    [InlineData(0xffffff, true)]
    public void Look_AtAFrameOfAnySize_WaitsForNoneThatKestrelRefuses(int size, bool isOver)
    {
        var request = new FirstRequest();

        var whole = request.Look(new ReadOnlySequence<byte>([.. Preface, .. Frame(HeadersType, 0, 1, new byte[10], size)]));

        Assert.Equal((24L, isOver), (whole, request.IsOver));
    }

    [Fact]
    public void Look_AtRandomBytes_NeverThrowsNorTouchesMoreThanAScheme()
    {
        var random = new Random(7);
        for (var i = 0; i < 50_000; i++)
        {
            var block = new byte[random.Next(40)];
            random.NextBytes(block);
            if (random.Next(2) == 0 && block.Length > 25) Authority(Url[..20]).CopyTo(block, random.Next(block.Length - 22));
            var bytes = Connection(Headers(block, (byte)random.Next(256)));
            if (random.Next(4) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            var after = Looked(InPieces([.. bytes], random.Next(bytes.Length)));

            var changed = Enumerable.Range(0, bytes.Length).Where(at => bytes[at] != after[at]).ToList();
            Assert.True(changed is [] || (changed.Count <= 3 && changed[^1] - changed[0] < 3), $"{Convert.ToHexString(bytes)} became {Convert.ToHexString(after)}");
        }
    }

    private static IEnumerable<(string Name, byte[] Block)> Untouched() =>
    [
        ("no scheme", Authority("127.0.0.1:2379")),
        ("scheme in the middle", Authority("xhttp://1")),
        ("half a scheme", Authority("http:/")),
        ("half a scheme, then its end as another field", [.. Authority("http:"), .. "//"u8, .. new byte[60]]),
        ("no value, then a scheme", [0x41, 0, .. "http://"u8, .. new byte[120]]),
        ("Huffman, a scheme cut short", [0x41, 0x85, 0x9d, 0x29, 0xae, 0xe3, 0x0c, 0x00]),
        ("Huffman, another character", [0x41, 0x86, 0x9d, 0x29, 0xae, 0xe3, 0x0c, 0x80]),
        ("another field", [0x44, .. Text(Url)]),
        ("a literal name", Field(":authority", Url)),
        ("a value past the end", [0x41, 100, .. "http://"u8]),
        ("a length without end", [0x41, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, .. "http://"u8]),
        ("a length cut short", [0x41, 0x7f, 0xff]),
        ("no length", [0x41]),
        ("an index without end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, .. Authority(Url)]),
        ("a table size without end", [0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Authority(Url)]),
        ("a name without end", [0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Authority(Url)]),
        ("a literal name past the end", [0x40, 0x7f, 0xff, 0xff, 0x7f, .. Authority(Url)]),
        ("nothing", []),
    ];

    private static byte[] Connection(byte[] request) => [.. Preface, .. Settings, .. Ping, .. request];

    private static void AssertUntouched(byte[] bytes) => Assert.Equal([.. bytes], Looked(InPieces([.. bytes], 30)));

    private static byte[] Looked(ReadOnlySequence<byte> bytes)
    {
        new FirstRequest().Look(bytes);
        return bytes.ToArray();
    }
}
