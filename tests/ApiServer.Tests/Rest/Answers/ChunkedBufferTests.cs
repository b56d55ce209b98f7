using System.Buffers;

using MiniK8s.ApiServer.Rest.Answers;

namespace MiniK8s.ApiServer.Tests.Rest.Answers;

public sealed class ChunkedBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pieces_OfRandomWrites_AreWhatWasWritten_AlsoAfterAClear(int seed)
    {
        var random = new Random(seed);
        using var buffer = new ChunkedBuffer();
        for (var round = 0; round < 3; round++)
        {
            var (expected, actual) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            for (var i = 0; i < 100; i++)
            {
                var some = new byte[random.Next(random.Next(200_000))];
                random.NextBytes(some);
                expected.Write(some.AsSpan());
                buffer.Write(some.AsSpan());
            }

            // Ten megabytes: asked of the spans, since byte by byte takes seconds.
            foreach (var piece in buffer.Pieces) actual.Write(piece.Span);
            Assert.True(expected.WrittenSpan.SequenceEqual(actual.WrittenSpan), $"seed {seed}, round {round}: {actual.WrittenCount} bytes for {expected.WrittenCount}");
            buffer.Clear();
            Assert.Empty(buffer.Pieces);
        }
    }
}
