using System.Text.Json.Nodes;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>One watch over REST, read event by event.</summary>
internal sealed class ApiWatch : IAsyncDisposable
{
    private readonly string _path;
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private ApiWatch(string path, HttpResponseMessage answer, Stream body) => (_path, _answer, _lines) = (path, answer, new StreamReader(body));

    public static async Task<ApiWatch> OpenAsync(RestClient rest, string path)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        var answer = await rest.OpenAsync(path, patience.Token);
        if (!answer.IsSuccessStatusCode) throw new ApiRefusal(new RestAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        return new ApiWatch(path, answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    /// <exception cref="EndOfStreamException">The watch has ended.</exception>
    public async Task<ApiEvent> NextAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        try
        {
            var line = await _lines.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException($"{_path} has ended");
            var change = JsonNode.Parse(line)!;
            return new ApiEvent(change.Text("type"), change["object"]!);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Missing after {Eventually.Patience}: an event of {_path}");
        }
    }

    /// <summary>So many events.</summary>
    public async Task<IReadOnlyList<ApiEvent>> TakeAsync(int count)
    {
        var events = new List<ApiEvent>();
        while (events.Count < count) events.Add(await NextAsync());
        return events;
    }

    /// <summary>The events up to the first that fits, and that one.</summary>
    public async Task<IReadOnlyList<ApiEvent>> UntilAsync(Func<ApiEvent, bool> fits)
    {
        var events = new List<ApiEvent>();
        do events.Add(await NextAsync()); while (!fits(events[^1]));
        return events;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
internal sealed record ApiEvent(string Type, JsonNode Object)
{
    public string Name => Object.Name();

    public string Version => Object.Version();

    /// <summary>As <c>ADDED web</c>, which is easy to compare.</summary>
    public string Step => $"{Type} {Name}";
}
