namespace MiniK8s.Hosting.Lifetime;

/// <summary>Loops of one service that are no good without each other.</summary>
public static class Together
{
    /// <summary>Runs them until all have ended. When one fails, the others are stopped, and its failure is thrown when they have ended.</summary>
    /// <remarks>A plain WhenAll would wait for the others for ever, and nobody would hear of the failure.</remarks>
    /// <param name="loops">Each runs until its token is cancelled.</param>
    /// <param name="stopping">Stops all of them.</param>
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> loops, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAll(loops.Select(loop => RunOneAsync(loop, end)));
    }

    private static async Task RunOneAsync(Func<CancellationToken, Task> loop, CancellationTokenSource end)
    {
        try
        {
            await loop(end.Token);
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
    }
}
