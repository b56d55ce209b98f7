using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>An open watch, read as it comes, so that it never holds up the server.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<JsonObject> _events = Channel.CreateUnbounded<JsonObject>();
    private readonly TimeSpan _patience;
    private readonly Task _reading;

    /// <param name="patience">How long an event that should be there may take.</param>
    public Follower(HttpResponseMessage answer, TimeSpan patience)
    {
        (_answer, _patience) = (answer, patience);
        _reading = ReadAsync();
    }

    /// <summary>Completes when there is an event to take, or the end.</summary>
    public Task FirstAsync() => _events.Reader.WaitToReadAsync().AsTask();

    /// <summary>The next event.</summary>
    /// <exception cref="MismatchException">There is none.</exception>
    public async Task<JsonObject> NextAsync(string missing)
    {
        try
        {
            return await _events.Reader.ReadAsync().AsTask().WaitAsync(_patience);
        }
        catch (Exception ex) when (ex is TimeoutException or ChannelClosedException)
        {
            throw new MismatchException($"missing: {missing}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.OrMissing("the end of a watch that was left");
        _answer.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            using var lines = new StreamReader(await _answer.Content.ReadAsStreamAsync(_stop.Token));
            while (await lines.ReadLineAsync(_stop.Token) is { } line) _events.Writer.TryWrite(JsonNode.Parse(line)!.AsObject());
            _events.Writer.Complete();
        }
        catch (OperationCanceledException)
        {
            _events.Writer.Complete();
        }
    }
}
