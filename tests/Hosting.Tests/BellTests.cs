using MiniK8s.Hosting.Waking;

namespace MiniK8s.Hosting.Tests;

public sealed class BellTests
{
    private readonly Bell _bell = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Wait_AfterSoManyRings_IsOverAtOnceOrNot(int rings, bool isOver)
    {
        for (var i = 0; i < rings; i++) _bell.Ring();

        Assert.Equal(isOver, _bell.WaitAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public void Ring_IsHeardByOneWait()
    {
        _bell.Ring();
        Assert.True(_bell.WaitAsync().IsCompletedSuccessfully);

        var wait = _bell.WaitAsync();

        Assert.False(wait.IsCompleted);
        _bell.Ring();
        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Ring_AfterEveryChange_LeavesNoneUnseen()
    {
        const int Changes = 200_000;
        var (made, seen) = (0, 0);
        var making = Task.Run(() =>
        {
            for (var i = 0; i < Changes; i++)
            {
                Interlocked.Increment(ref made);
                _bell.Ring();
            }
        });

        while (seen < Changes)
        {
            await _bell.WaitAsync().AsTask().OrMissing($"the bell after {seen} of {Changes} changes");
            seen = Volatile.Read(ref made);
        }
        await making;
    }
}
