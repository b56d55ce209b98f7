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
            var expected = new List<byte>();
            for (var i = 0; i < 100; i++)
            {
                var some = new byte[random.Next(random.Next(200_000))];
                random.NextBytes(some);
                expected.AddRange(some);
                buffer.Write(some.AsSpan());
            }

            Assert.Equal(expected, buffer.Pieces.SelectMany(piece => piece.ToArray()));
            buffer.Clear();
            Assert.Empty(buffer.Pieces);
        }
    }
}
